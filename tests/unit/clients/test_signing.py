"""Key pairs: of three kinds and no other, each for one algorithm."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm

UNSUITABLE: dict[str, Any] = {
    "another curve": ec.generate_private_key(ec.SECP384R1()),
    "a short RSA key": rsa.generate_private_key(65537, 2_047),  # noqa: S505 - it is to be refused
    "another kind": ed448.Ed448PrivateKey.generate(),
}


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_tells_what_it_is_for(algorithm: Algorithm) -> None:
    """Both halves, read back from what was written of them."""
    private = signing.generate(algorithm)
    public = private.public_key()

    assert signing.load_private(signing.private_pem(private).encode())[0] == algorithm
    assert signing.load_public(signing.public_pem(public).encode())[0] == algorithm


def test_an_rsa_key_is_long_enough() -> None:
    """A new one for years to come; one that is there has 2,048 bits at least."""
    made = signing.generate(Algorithm.RS256)
    assert isinstance(made, rsa.RSAPrivateKey)
    assert made.key_size == 3_072

    least = rsa.generate_private_key(65537, 2_048).public_key()
    assert signing.load_public(signing.public_pem(least).encode())[0] == Algorithm.RS256


@pytest.mark.parametrize("kind", UNSUITABLE)
def test_a_key_that_is_for_none_is_refused(kind: str) -> None:
    """A text says which there are."""
    key = UNSUITABLE[kind]
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(ValueError, match=r"neither of Ed25519, nor of the curve P-256"):
        signing.load_private(private)
    with pytest.raises(ValueError, match=r"neither of Ed25519, nor of the curve P-256"):
        signing.load_public(public)


UNSUPPORTED = """\
-----BEGIN PRIVATE KEY-----
MGECAQAwEAYHKoZIzj0CAQYFZysBBAcESjBIAgEBBBUAHevKK6cHNIfcPOc9XeoK
mYps2NqhLAMqAASh383gmGewr5v/KhA+4BFDPCLJ70iWneFo+1sX371qEu8cH7X5
BwEv
-----END PRIVATE KEY-----
-----BEGIN PUBLIC KEY-----
MD4wEAYHKoZIzj0CAQYFZysBBAcDKgAEod/N4JhnsK+b/yoQPuARQzwiye9Ilp3h
aPtbF9+9ahLvHB+1+QcBLw==
-----END PUBLIC KEY-----
"""
"""Both halves of a key on a curve that the library does not have."""


def test_a_curve_that_the_library_does_not_have_is_refused() -> None:
    """By the same text as any other unsuitable key."""
    private, _, public = UNSUPPORTED.encode().partition(b"-----BEGIN PUBLIC")

    with pytest.raises(ValueError, match=r"neither of Ed25519, nor of the curve P-256"):
        signing.load_private(private)
    with pytest.raises(ValueError, match=r"neither of Ed25519, nor of the curve P-256"):
        signing.load_public(b"-----BEGIN PUBLIC" + public)


def test_what_is_no_key_is_refused() -> None:
    """Nor is the other half one."""
    private = signing.generate(Algorithm.EDDSA)
    public = signing.public_pem(private.public_key()).encode()

    for no_private in (b"", b"no key", public):
        with pytest.raises(ValueError, match="no private key in PEM form"):
            signing.load_private(no_private)
    for no_public in (b"", b"no key", signing.private_pem(private).encode()):
        with pytest.raises(ValueError, match="no public key in PEM form"):
            signing.load_public(no_public)


def test_a_key_under_a_password_is_refused() -> None:
    """There is nobody to ask for it."""
    private = signing.generate(Algorithm.EDDSA)
    pem = private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )

    with pytest.raises(ValueError, match="encrypted: decrypt it first"):
        signing.load_private(pem)
