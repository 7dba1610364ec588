"""Debian's Chromium and Chinese fonts for the browser journeys: installed where allowed, else the line that does it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = {"chromium": "/usr/bin/chromium", "fonts-noto-cjk": "/usr/share/fonts/opentype/noto"}


def main() -> int:
    missing = [name for name, path in PACKAGES.items() if not os.path.exists(path)]
    if not missing:
        return 0
    line = f"apt-get install --yes --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"The browser journeys need {' and '.join(missing)}. Run as root: {line}", file=sys.stderr)
        return 1
    print(f"Installing {' and '.join(missing)} …", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update --quiet", f"{line} --quiet"):
        done = subprocess.run(command.split(), env=environ, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"`{command}` failed: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
