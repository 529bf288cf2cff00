"""A real OpenID Connect provider in a process of its own: discovery, keys, code with PKCE, tokens.

`/control` sets who signs in there next (`subject`), and how it misbehaves: `nonce`, `aud`, `iss`,
`alg`, `exp`, `error`, `forged`.
"""

import base64
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "tanggap-uji", "rahasia-klien-uji"


def app(issuer: str) -> FastAPI:
    provider = FastAPI()
    key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    other = RSAKey.generate_key(2048, {"kid": "one"})
    codes: dict[str, dict[str, str]] = {}
    how: dict[str, Any] = {"subject": "sub-1"}

    @provider.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, str]:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/logout",
        }

    @provider.get("/jwks")
    def jwks() -> Any:
        return {"keys": [key.as_dict(private=False)]}

    @provider.post("/control")
    async def control(request: Request) -> dict[str, Any]:
        how.clear()
        how.update(await request.json())
        return how

    @provider.get("/authorize")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256" and "openid" in asked["scope"].split()
        back = httpx.URL(asked["redirect_uri"])
        if "error" in how:
            given = {"error": how["error"], "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            codes[code] = asked
            given = {"code": code, "state": asked["state"], "iss": issuer}
        return RedirectResponse(str(back.copy_merge_params(given)), 303)

    @provider.post("/token")
    def token(
        request: Request,
        code: str = Form(),
        code_verifier: str = Form(),
        redirect_uri: str = Form(),
    ) -> JSONResponse:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = codes.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if asked["redirect_uri"] != redirect_uri:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": how.get("iss", issuer),
            "sub": how["subject"],
            "aud": how.get("aud", CLIENT),
            "iat": now,
            "exp": now + how.get("exp", 300),
            "nonce": how.get("nonce", asked["nonce"]),
            "email": "sari@puskesmas.example",
        }
        algorithm = how.get("alg", "RS256")
        if algorithm == "HS256":
            signed = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        elif algorithm == "none":
            parts = ('{"alg":"none"}', str(claims).replace("'", '"'), "")
            signed = ".".join(
                base64.urlsafe_b64encode(each.encode()).decode().rstrip("=") for each in parts
            )
        else:
            by = other if how.get("forged") else key
            signed = jwt.encode({"alg": algorithm, "kid": "one"}, claims, by)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer"}
        return JSONResponse({**answer, "expires_in": 300, "id_token": signed})

    return provider


@contextmanager
def running(port: int) -> Iterator[str]:
    """Run a provider on loopback; yields its issuer."""
    issuer = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "-m", "tests.servers.oidc", str(port)])
    try:
        for _try in range(600):
            assert process.poll() is None, "the provider has ended"
            try:
                httpx.get(f"{issuer}/jwks", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield issuer
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    number = int(sys.argv[1])
    uvicorn.run(app(f"http://127.0.0.1:{number}"), port=number, log_level="error")
