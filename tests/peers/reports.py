"""Reports of e-mails that came back, in the shapes of servers that people have."""

from typing import Final
from uuid import UUID

ID: Final = UUID("0197b2a4-6d1c-7e35-9f00-2c8a4f1d7be3")
"""Of the message that these are about unless said otherwise."""
_HEAD: Final = """\
Return-Path: <>
Date: Mon, 05 Jan 2026 10:12:00 +0700
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: kabar@puskesmas.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
{more}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B095B5ADSN=_01DC7DE2/mx.example"

This is a MIME-encapsulated message.

--9B095B5ADSN=_01DC7DE2/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--9B095B5ADSN=_01DC7DE2/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 5 Jan 2026 10:11:58 +0700 (WIB)

Final-Recipient: rfc822; tarsih@example.com
Original-Recipient: rfc822;tarsih@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <tarsih@example.com>: no such user
{returned}
--9B095B5ADSN=_01DC7DE2/mx.example--
"""
_RETURNED: Final = """
--9B095B5ADSN=_01DC7DE2/mx.example
Content-Description: Undelivered Message
Content-Type: {type}

From: kabar@puskesmas.example
To: tarsih@example.com
Subject: Kabar keluhan
Message-ID: {message}

{body}
"""


def report(
    id: UUID = ID,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    kind: str = "postfix",
    message: str | None = None,
    returned: str = "isi",
) -> bytes:
    """Return what a server reports of a message: `postfix` with all of it, `headers_only` with its
    headers, `exchange` with nothing of it but the message that it answers."""
    named = message or f"<{id}@puskesmas.example>"
    types = {"postfix": "message/rfc822", "headers_only": "text/rfc822-headers"}
    more = part = ""
    if kind in types:
        part = _RETURNED.format(type=types[kind], message=named, body=returned)
    else:
        more = f"In-Reply-To: {named}\nReferences: {named}\n"
    said = _HEAD.format(more=more, action=action, status=status, returned=part)
    return said.replace("\n", "\r\n").encode()
