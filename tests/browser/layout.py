"""What every page for a phone keeps to, measured in the browser."""

THUMB = 44  # pixels, WCAG 2.2 target size (enhanced)


def is_no_wider(page) -> bool:
    """Nothing is wider than the screen. Waits for the page a press leads to."""
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def is_for_thumbs(page, pressed: str) -> bool:
    """Whatever is to be pressed and shown is at least as high as a thumb.

    Args:
        page: the page, after ``is_no_wider`` or another wait
        pressed: a CSS selector that finds at least one
    """
    boxes = [one.bounding_box() for one in page.locator(pressed).all()]
    return min(box["height"] for box in boxes if box) >= THUMB
