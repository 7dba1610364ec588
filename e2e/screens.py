"""Pictures of the main screens for the documentation: `make screens` writes docs/architecture/screens/*.png.

The demo company in full, on this machine's own database in memory, or what already runs at an address given as the
argument; each picture at 1280 and at 390, home and the list also dark. Where a palette tool is at hand the pictures are reduced to 256 colours, which nobody sees and halves them.
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
#: An address, or what leads to a screen.
Go = str | Callable[[Person], None]


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    if len(sys.argv) > 1:
        take_all(sys.argv[1])
    else:
        server = database.start_cluster()
        try:
            with (
                tempfile.TemporaryDirectory() as folder,
                demo_company(server.place, "screens", Path(folder), CUSTOMERS) as kemai,
            ):
                take_all(kemai.url)
        finally:
            server.stop()
    for picture in sorted(OUT.glob("*.png")):
        reduce(picture)
        print(f"{picture.stat().st_size / 1000:6.0f} kB  {picture.relative_to(ROOT)}")
    return 0


def take_all(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for screen in (LAPTOP, PHONE):
            for username, shots in SHOTS.items():
                sit(browser, url, screen, "light", username, shots)
            sit(browser, url, screen, "dark", "rep", {name: SHOTS["rep"][name] for name in DARK})
        browser.close()


def sit(browser: Browser, url: str, screen: Screen, theme: str, username: str, shots: dict[str, Go]) -> None:
    """One person at one screen, picture after picture; before he signs in the rep's screen shows how that looks."""
    person = Person(browser, url, screen, theme=theme)
    if username == "rep" and theme == "light":
        person.page.goto("/login")
        take(person, "login", theme)
    person.signs_in(username)
    for name, go in shots.items():
        if isinstance(go, str):
            person.goes_to(go)
        else:
            go(person)
        take(person, name, theme)
    person.context.close()


def busiest_customer(rep: Person) -> None:
    """The one with the most to show: last spoken to."""
    found = rep.reads("/customers?view=mine&sort=-last_contact_at&limit=1")["items"][0]
    rep.goes_to(f"/customers/{found['id']}")


def warmest_lead(rep: Person) -> None:
    found = rep.reads("/leads?view=open&sort=-score&limit=1")["items"][0]
    rep.goes_to(f"/leads/{found['id']}")


def pool_board(manager: Person) -> None:
    """Where a manager gives out the customers of a pool."""
    manager.goes_to("/pool")
    manager.page.get_by_role("main").locator("a[href^='/pool/']").first.click()


def role(admin: Person) -> None:
    admin.goes_to("/admin/roles")
    admin.presses("销售经理")


def import_checked(rep: Person) -> None:
    """The wizard at its most telling step: what would be imported, and which rows would not."""
    rows, _ = sheets.customer_rows()
    with tempfile.TemporaryDirectory() as folder:
        rep.goes_to("/customers/import")
        book = sheets.write_xlsx(Path(folder) / "展会客户.xlsx", rows)
        rep.page.locator("input[type=file]").set_input_files(book)
        rep.presses("检查数据")
        rep.page.get_by_role("table").filter(has_text="原因").wait_for(timeout=30_000)


#: Who shows what: an address, or the way to it.
SHOTS: dict[str, dict[str, Go]] = {
    "rep": {
        "home": "/",
        "worklist": "/worklist",
        "calendar": "/calendar",
        "customers": "/customers?view=mine",
        "customer": busiest_customer,
        "lead": warmest_lead,
        "board": "/opportunities?layout=board&view=open",
        "quality": "/quality",
        "import": import_checked,
    },
    "director": {"analysis": "/analysis", "pool-board": pool_board},
    "admin": {"admin": "/admin", "admin-roles": role},
}
#: Where the difference is worth a picture.
DARK = ("home", "customers")


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
