"""The key pairs that tokens are signed and verified with, as PEM texts."""

from enum import StrEnum
from typing import TypeAlias, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

PrivateKey: TypeAlias = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey
PublicKey: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

RSA_BITS = 3072
RSA_MINIMUM = 2048
_UNSUITABLE = (
    f"the key is neither of Ed25519, nor of the curve P-256, nor of RSA with {RSA_MINIMUM} bits"
)


class Algorithm(StrEnum):
    """How tokens may be signed: with a key that the Lambda does not have."""

    EDDSA = "EdDSA"
    ES256 = "ES256"
    RS256 = "RS256"


def generate(algorithm: Algorithm) -> PrivateKey:
    """Make a new private key."""
    if algorithm == Algorithm.EDDSA:
        return Ed25519PrivateKey.generate()
    if algorithm == Algorithm.ES256:
        return generate_ec(SECP256R1())
    return generate_rsa(65537, RSA_BITS)


def private_pem(key: PrivateKey) -> str:
    """Write a private key."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: PublicKey) -> str:
    """Write a public key."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def load_private(pem: bytes) -> tuple[Algorithm, PrivateKey]:
    """Read a private key; return it with the algorithm that it signs by. Raises ValueError."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ValueError("the private key is encrypted: decrypt it first") from error
    except ValueError as error:
        raise ValueError("this is no private key in PEM form") from error
    except UnsupportedAlgorithm as error:
        raise ValueError(_UNSUITABLE) from error
    return _algorithm(key.public_key()), cast("PrivateKey", key)


def load_public(pem: bytes) -> tuple[Algorithm, PublicKey]:
    """Read a public key; return it with the algorithm that it verifies. Raises ValueError."""
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise ValueError("this is no public key in PEM form") from error
    except UnsupportedAlgorithm as error:
        raise ValueError(_UNSUITABLE) from error
    return _algorithm(key), cast("PublicKey", key)


def _algorithm(key: object) -> Algorithm:
    """Return the one algorithm that a key is for. Raises ValueError."""
    match key:
        case Ed25519PublicKey():
            return Algorithm.EDDSA
        case EllipticCurvePublicKey(curve=SECP256R1()):
            return Algorithm.ES256
        case RSAPublicKey(key_size=bits) if bits >= RSA_MINIMUM:
            return Algorithm.RS256
    raise ValueError(_UNSUITABLE)
