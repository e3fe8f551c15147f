"""Proposals as they are, by the thousand: shared vocabulary, set phrases that everybody uses, and some copies."""

import random

STOCK = [
    "社区居民",
    "志愿者队伍",
    "独居老人",
    "空巢老人",
    "残障人士",
    "流动人口",
    "困境儿童",
    "心理疏导",
    "入户走访",
    "需求调研",
    "社工专业服务",
    "邻里互助",
    "社区治理",
    "居民自治",
    "项目团队",
    "社会组织",
    "街道办事处",
    "社区居委会",
    "定期开展",
    "每月一次",
    "每周两次",
    "建立档案",
    "一户一档",
    "满意度调查",
    "资源链接",
    "个案管理",
    "小组活动",
    "健康讲座",
    "防诈骗宣传",
    "垃圾分类",
    "手工制作",
    "书画培训",
    "智能手机使用",
    "居家养老服务",
    "精神慰藉",
    "爱心企业",
    "经验总结",
    "安全保障",
    "财务公开",
]
TEMPLATE = (
    "本项目的服务对象为辖区内有需要的居民，项目团队将严格按照协议约定开展服务。",
    "项目经费专款专用，单独建账核算，并接受街道和社会的监督。",
    "如遇恶劣天气，活动改为线上或延期进行，并提前通知参与的居民。",
    "建立健全志愿者招募、培训、管理和激励机制，打造一支稳定的志愿者队伍。",
)
COPIED = 20
"""Every so many proposals, one is copied from another in part."""


def corpus(count: int, *, size: int = 1000, seed: int = 1) -> dict[int, str]:
    """`count` texts of about `size` characters; one in twenty takes two fifths or more from an earlier one."""
    dice = random.Random(seed)
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    words = ["".join(dice.choices(characters, k=2)) for _ in range(5000)]
    weights = [1 / (place + 5) for place in range(len(words))]

    def clause() -> str:
        return dice.choice(STOCK) + "".join(dice.choices(words, weights, k=dice.randint(2, 6)))

    def text(length: int) -> str:
        found = ""
        while len(found) < length:
            ordinary = "，".join(clause() for _ in range(dice.randint(2, 4))) + "。"
            found += dice.choice(TEMPLATE) if dice.random() < 0.08 else ordinary
        return found[:length]

    texts: dict[int, str] = {}
    for number in range(count):
        texts[number] = text(size)
        if number and number % COPIED == 0:
            source, kept = texts[dice.randrange(number)], round(size * dice.choice((0.4, 0.6, 1.0)))
            texts[number] = source[:kept] + text(max(size - kept, 1))
    return texts


def half_copied(count: int, *, sources: int = 20, size: int = 1000, seed: int = 2) -> dict[int, str]:
    """The worst that may happen: every text takes its first half from one of a few sources."""
    half = size // 2
    originals, own = corpus(sources, size=half, seed=seed), corpus(count, size=half, seed=seed + 1)
    return {number: originals[number % sources] + text for number, text in own.items()}
