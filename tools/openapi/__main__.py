"""`python -m tools.openapi`: writes docs/openapi.yaml anew, and build/openapi.html, which shows it."""

from tools.openapi import page, written

if __name__ == "__main__":
    written.PATH.write_text(written.text(), "utf-8")
    print(f"Written: {written.PATH.relative_to(written.ROOT)}")
    if page.PROGRAM.is_dir():
        print(f"Written: {page.write().relative_to(written.ROOT)}")
