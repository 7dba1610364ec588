"""A device that keeps passkeys, as a browser talks to it."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://testserver"
PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40


class Device:
    """Holds one key. ``asks``: whether it asks for finger, face or PIN; ``counts``: whether it counts its uses."""

    def __init__(self, *, asks: bool = True, counts: bool = True, origin: str = ORIGIN) -> None:
        self.asks, self.counts, self.origin = asks, counts, origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.uses = 0

    def makes(self, options: dict[str, Any]) -> dict[str, Any]:
        """What it answers to the options of a new key."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        own = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(options["rp"]["id"], MADE) + own
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            {
                "clientDataJSON": self._client("webauthn.create", options),
                "attestationObject": bytes_to_base64url(attestation),
            }
        )

    def signs(self, options: dict[str, Any]) -> dict[str, Any]:
        """What it answers when it is asked who sits there."""
        self.uses += self.counts
        client, data = self._client("webauthn.get", options), self._data(options["rpId"], 0)
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        return self._answer(
            {
                "clientDataJSON": client,
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            }
        )

    def _data(self, host: str, more: int) -> bytes:
        flags = PRESENT | (VERIFIED if self.asks else 0) | more
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any]) -> str:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return bytes_to_base64url(json.dumps(told).encode())

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        key = bytes_to_base64url(self.id)
        return {"id": key, "rawId": key, "type": "public-key", "response": response, "clientExtensionResults": {}}
