"""Take the README's pictures from a running demo: `./run demo` in one window, then

.venv/bin/python docs/screenshots.py
"""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BASE = os.environ.get("BASE", "http://127.0.0.1:8000")
TARGET = Path(__file__).parent / "img"
PASSWORD = "demo-2026"

# file, who looks (None: everybody), a path, the words of the links to follow from there, width
SHOTS = [
    ("home", None, "/", None, 1280),
    ("inbox", "minzheng", "/todo/", None, 1280),
    ("project", "qingnian", "/projects/?q=邻里多元文化客厅", "邻里多元文化客厅", 1280),
    ("proposal", "yaoshengyun", "/todo/", "完成并提交申报书", 1280),
    ("needs", None, "/needs/", "岁末", 1280),
    ("eligibility", "nuanyang", "/calls/", "第五批公益创投（岁末） > 我们能申报吗", 1280),
    ("setup", "minzheng", "/calls/", "社区微创投（草案） > 修改 > 预算规则", 1280),
    ("check", "minzheng", "/check/", "楼下棋社", 1280),
    ("likeness", "minzheng", "/check/", "智慧助老小课堂 > 银龄手机课堂", 1280),
    ("coaching", "qingnian", "/todo/", "条建议", 390),
    ("sheet", "zhuanjia3", "/reviews/", "守望队重启：高空抛物劝导", 1280),
    ("ranking", "minzheng", "/calls/", "第四批公益创投 > 排名", 1280),
    ("selection", "minzheng", "/calls/", "第四批公益创投 > 排名 > 资金怎样用得最好", 1280),
    ("explained", None, "/judging-explained/#selection", None, 1280),
    ("short-form", "yaoshengyun", "/projects/?q=楼门口的中秋晚会", "楼门口的中秋晚会 > 填写申报书", 390),
    ("spending", "qingnian", "/projects/?q=邻里多元文化客厅", "邻里多元文化客厅 > 支出", 1280),
    ("money", "qingnian", "/projects/?q=邻里多元文化客厅", "邻里多元文化客厅 > 查看全部资金：条件、付款、台账", 1280),
    ("desk", "daoshi", "/mentoring/", None, 1280),
    ("versions", "qingnian", "/projects/?q=邻里多元文化客厅", "邻里多元文化客厅 > 方案与变更", 1280),
    ("giving", None, "/giving/", None, 1280),
    ("pairs", "minzheng", "/ledger/pledges/", None, 1280),
    ("notice", None, "/notices/", "第三批公益创投", 1280),
    ("phone", "yaoshengyun", "/todo/", None, 390),
    ("evaluation", "pinggu", "/my-evaluations/", "邻里多元文化客厅 > 填写评分表", 1280),
    ("voice", "qingnian", "/projects/?q=邻里多元文化客厅", "邻里多元文化客厅 > 海报、评价和意见 > 打开页面", 390),
    ("vote", None, "/votes/", "窗台与楼道", 1280),
    ("stars", None, "/stars/", None, 1280),
]


def sign_in(page: Page, username: str) -> None:
    page.goto(f"{BASE}/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/todo/**")


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for name, username, path, link, width in SHOTS:
            height = 860 if width > 600 else 780
            context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
            page = context.new_page()
            if username:
                sign_in(page, username)
            page.goto(BASE + path)
            for words in (link or "").split(" > "):
                if words:
                    page.click(f"main a:has-text('{words}') >> nth=0")
                    page.wait_for_load_state()
            page.screenshot(path=TARGET / f"{name}.png")
            print(TARGET / f"{name}.png", page.url)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
