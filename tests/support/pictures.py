"""Looks at pictures with programs that share nothing with ours: zbarimg reads, Chromium draws."""
import pathlib
import subprocess


def read_code(picture):
    """What the bar code on a PNG file says."""
    done = subprocess.run(["zbarimg", "-q", "--raw", "--nodbus", str(picture)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"zbarimg reads nothing on {picture}: {done.stderr}"
    return done.stdout.strip()


def draw(page, side=600):
    """The path of a PNG of what Chromium shows of a local file."""
    picture = pathlib.Path(page).with_suffix(".drawn.png")
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                    "--hide-scrollbars", f"--user-data-dir={picture}.profile",
                    f"--window-size={side},{side}", f"--screenshot={picture}",
                    pathlib.Path(page).as_uri()],
                   check=True, timeout=120, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return picture
