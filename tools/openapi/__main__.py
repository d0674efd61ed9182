"""`python -m tools.openapi`: writes docs/openapi.yaml, and build/openapi.html, which shows it."""

from tests.support.template import ROOT
from tools.openapi import page, written

if __name__ == "__main__":
    written.PATH.write_text(written.text(), "utf-8")
    print(f"Written: {written.PATH.relative_to(ROOT)}")
    if page.PROGRAM.is_dir():
        print(f"Written: {page.write().relative_to(ROOT)}")
    else:
        print("No npm here: it has no page.")
