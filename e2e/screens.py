"""Pictures of the main screens for the documentation: `make screens` writes docs/architecture/screens/*.png.

The demo company in full, on this machine's own database in memory; each picture at 1280 and at 390, home and the list
also dark. Where a palette tool is at hand the pictures are reduced to 256 colours, which nobody sees and halves them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "backend"), str(ROOT)]

from e2e import sheets  # noqa: E402
from e2e.person import LAPTOP, PHONE, Person, Screen  # noqa: E402
from e2e.product import demo_company  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests import database  # noqa: E402

OUT = ROOT / "docs" / "architecture" / "screens"
CUSTOMERS = 2000
CHROMIUM = "/usr/bin/chromium"


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    server = database.start_cluster()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            demo_company(server.place, "screens", Path(folder), CUSTOMERS) as kemai,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for screen in (LAPTOP, PHONE):
                for theme in ("light", "dark"):
                    take_all(browser, kemai.url, screen, theme)
            browser.close()
    finally:
        server.stop()
    for picture in sorted(OUT.glob("*.png")):
        reduce(picture)
        print(f"{picture.stat().st_size / 1000:6.0f} kB  {picture.relative_to(ROOT)}")
    return 0


def take_all(browser: Browser, url: str, screen: Screen, theme: str) -> None:
    """``dark`` only where the difference is worth a picture."""
    dark = theme == "dark"
    rep = Person(browser, url, screen, theme=theme)
    if not dark:
        rep.page.goto("/login")
        take(rep, "login", theme)
    rep.signs_in("rep")
    shots: dict[str, Callable[[Person], None]] = {
        "home": lambda p: p.goes_to("/"),
        "customers": lambda p: p.goes_to("/customers?view=mine"),
    }
    if not dark:
        shots |= {"customer": busiest_customer, "board": board, "import": import_checked}
    for name, go in shots.items():
        go(rep)
        take(rep, name, theme)
    rep.context.close()
    if dark:
        return
    for username, name, path in (("director", "manager", "/manager"), ("admin", "admin-roles", "/admin/roles")):
        person = Person(browser, url, screen)
        person.signs_in(username)
        person.goes_to(path)
        if name == "admin-roles":
            person.presses("销售经理")
        take(person, name, theme)
        person.context.close()


def busiest_customer(rep: Person) -> None:
    """The one with the most to show: last spoken to."""
    found = rep.reads("/customers?view=mine&sort=-last_contact_at&limit=1")["items"][0]
    rep.goes_to(f"/customers/{found['id']}")


def board(rep: Person) -> None:
    rep.goes_to("/opportunities?layout=board&view=open")


def import_checked(rep: Person) -> None:
    """The wizard at its most telling step: what would be imported, and which rows would not."""
    rows, _ = sheets.customer_rows()
    with tempfile.TemporaryDirectory() as folder:
        rep.goes_to("/customers/import")
        book = sheets.write_xlsx(Path(folder) / "展会客户.xlsx", rows)
        rep.page.locator("input[type=file]").set_input_files(book)
        rep.presses("检查数据")
        rep.page.get_by_role("table").filter(has_text="原因").wait_for(timeout=30_000)


def take(person: Person, name: str, theme: str) -> None:
    person.settles()
    person.page.wait_for_timeout(1500)  # charts and parts that come late
    suffix = "-dark" if theme == "dark" else ""
    person.page.screenshot(path=OUT / f"{name}-{person.screen.name}{suffix}.png", animations="disabled")


def reduce(picture: Path) -> None:
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--ext", ".png", "256", str(picture)], check=False)
        return
    try:
        from PIL import Image  # noqa: PLC0415
    except ImportError:
        return
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
