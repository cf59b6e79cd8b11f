"""The QR code of an address: what is drawn is the code that segno makes, and what is too long is refused."""

import re

import pytest
import segno

from pages._shared.charts.qr import MAX_BYTES, qr_svg

ADDRESS = "http://localhost:8501/next_token?prefix=I+went+to+the&view=Sampling"


def test_the_code_has_its_quiet_zone_and_is_black_on_white() -> None:
    svg = qr_svg(ADDRESS)
    modules = segno.make_qr(ADDRESS, error="m").symbol_size(scale=1, border=4)[0]
    assert f'width="{4 * modules}"' in svg
    assert set(re.findall(r'(?:fill|stroke)="(#\w+)"', svg)) == {"#fff", "#000"}


def test_another_address_is_another_code() -> None:
    assert qr_svg(ADDRESS) != qr_svg(ADDRESS + "1")


@pytest.mark.parametrize("address", ["http://x/?a=" + "b" * MAX_BYTES, "http://x/?a=" + "é" * (MAX_BYTES // 2)])
def test_an_address_that_is_too_long_is_refused_with_its_length(address: str) -> None:
    with pytest.raises(ValueError, match=str(len(address.encode()))):
        qr_svg(address)
