"""Signing in at an OpenID Connect provider: authorization code with PKCE, state and nonce.

The provider says who somebody is there (issuer and subject); whose account that is here, an admin
has said before (`store/linked.py`). Name and e-mail decide nothing and are not kept. Loaded where
an issuer is set only.
"""

import secrets
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from authlib.integrations.base_client.errors import OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.kernel.access.outside import Asked, Outside
from services.kernel.errors import Conflict, Unavailable
from services.kernel.text import _

with warnings.catch_warnings():
    # It recommends another client than the one that everything else here uses.
    warnings.simplefilter("ignore", DeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

SCOPE: Final = "openid"
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures that only the provider can make; a shared secret would let this side make them."""
SECONDS: Final = 5.0
REMEMBERED_SECONDS: Final = 600.0
SKEW_SECONDS: Final = 60


class _Provider(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


class Oidc:
    """The provider of one deployment; `secret` None: a public client. Safe between threads."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        secret: str | None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._ticks = ticks
        self._lock = threading.Lock()
        self._known: tuple[_Provider, KeySet] | None = None
        self._ask_at = float("-inf")

    @classmethod
    def of(cls, issuer: str, client_id: str, secret_file: Path | None) -> "Oidc":
        """Return the provider, its secret read from a file; raises OSError."""
        secret = None if secret_file is None else secret_file.read_text().strip()
        return cls(issuer, client_id, secret)

    def begin(self, redirect: str, next: str) -> tuple[str, Asked]:
        """Return where to send a browser, and what it is to keep; raises Unavailable."""
        provider, _keys = self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _each in range(3))
        asked = Asked(state, nonce, verifier, next)
        with self._client(redirect) as client:
            address, _state = client.create_authorization_url(
                provider.authorization_endpoint,
                state=asked.state,
                nonce=asked.nonce,
                code_verifier=asked.verifier,
            )
        return str(address), asked

    def finish(self, asked: Asked, redirect: str, given: dict[str, str]) -> Outside:
        """Return who came back, by what the provider sent in the address.

        Raises Conflict where it is not an answer to what was `asked`, where the provider refused,
        and where what it says does not hold; Unavailable where it does not answer.
        """
        if not secrets.compare_digest(given.get("state", "").encode(), asked.state.encode()):
            raise _stale()
        if "code" not in given:
            raise Conflict(_("Akun instansi tidak memberi izin masuk. Coba lagi."))
        provider, keys = self._provider()
        if given.get("iss", provider.issuer) != provider.issuer:
            raise _untrue()
        try:
            with self._client(redirect) as client:
                token = client.fetch_token(
                    provider.token_endpoint, code=given["code"], code_verifier=asked.verifier
                )
        except OAuthError:
            raise _stale() from None
        except (httpx.HTTPError, ValueError):
            raise _away() from None
        return self._outside(str(token.get("id_token", "")), asked, provider, keys)

    def ending(self, back: str) -> str | None:
        """Return where a browser ends its session at the provider; None where that has no such
        place. Raises Unavailable."""
        provider, _keys = self._provider()
        if provider.end_session_endpoint is None:
            return None
        asked = {"client_id": self._client_id, "post_logout_redirect_uri": back}
        return str(httpx.URL(provider.end_session_endpoint).copy_merge_params(asked))

    def _outside(self, id_token: str, asked: Asked, provider: _Provider, keys: KeySet) -> Outside:
        expected: dict[str, Any] = {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": self._client_id},
            "nonce": {"essential": True, "value": asked.nonce},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
        }
        try:
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
            jwt.JWTClaimsRegistry(leeway=SKEW_SECONDS, **expected).validate(claims)
        except (JoseError, ValueError):
            # A provider may have changed its keys since: the next one asks for them anew.
            self._ask_at = float("-inf")
            raise _untrue() from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client_id) != self._client_id:
            raise _untrue()
        return Outside(provider.issuer, str(claims["sub"]))

    def _client(self, redirect: str) -> OAuth2Client:
        return OAuth2Client(
            self._client_id,
            self._secret,
            scope=SCOPE,
            redirect_uri=redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            timeout=SECONDS,
            trust_env=False,
        )

    def _provider(self) -> tuple[_Provider, KeySet]:
        """Return what the provider says of itself, asked anew every few minutes."""
        with self._lock:
            if self._known is None or self._ticks() >= self._ask_at:
                self._known = self._asked_for()
                self._ask_at = self._ticks() + REMEMBERED_SECONDS
            return self._known

    def _asked_for(self) -> tuple[_Provider, KeySet]:
        address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            with httpx.Client(timeout=SECONDS, trust_env=False) as client:
                told = client.get(address).raise_for_status()
                provider = msgspec.json.decode(told.content, type=_Provider)
                keys = KeySet.import_key_set(
                    client.get(provider.jwks_uri).raise_for_status().json()
                )
        except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError, JoseError, ValueError):
            raise _away() from None
        if provider.issuer != self.issuer:
            raise _untrue()
        return provider, keys


def _away() -> Unavailable:
    return Unavailable(
        _("Layanan akun instansi tidak menjawab. Coba lagi, atau masuk dengan kata sandi.")
    )


def _stale() -> Conflict:
    return Conflict(_("Permintaan masuk ini sudah tidak berlaku. Mulai lagi dari halaman masuk."))


def _untrue() -> Conflict:
    return Conflict(
        _("Jawaban layanan akun instansi tidak dapat dipercaya. Beri tahu pengelola sistem.")
    )
