"""What `tanggap doctor` looks at: what the deployment stands on, and how its processes stand."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from rich.table import Table

from services.kernel.store.database import StoreUnavailable
from services.kernel.web.readonly import READ_ONLY
from services.main.settings import Settings

OLD: Final = timedelta(minutes=1)
"""What is not sent, or not done, for so long does not get on by itself."""
LITTLE_SPACE: Final = 0.05
WRONG_CLOCK_SECONDS: Final = 5.0
SECONDS: Final = 5.0


def unreachable(settings: Settings) -> list[str]:
    """Return a line for each server of a district that does not answer, or is not as it must be."""
    return [] if settings.mode != "district" else list(_servers(settings))


def _servers(settings: Settings) -> Iterator[str]:
    from redis import Redis
    from redis.exceptions import RedisError

    from services.kernel.stream import StreamUnavailable
    from services.kernel.stream.topic import WrongTopic
    from services.main.places import place

    try:
        place(settings, "access").connect().close()
    except StoreUnavailable as problem:
        yield f"TANGGAP_DATABASE_URL: basis data tidak menjawab ({problem.kind})."
    except RuntimeError as problem:
        yield f"TANGGAP_DATABASE_URL: {problem}"
    try:
        settings.kafka_topic().check()
    except StreamUnavailable as problem:
        yield f"TANGGAP_KAFKA: Kafka tidak menjawab ({problem}). Kejadian menunggu dan menyusul."
    except WrongTopic as problem:
        yield f"TANGGAP_KAFKA: {problem}"
    assert settings.redis_url is not None
    url = settings.redis_url.get_secret_value()
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as redis:
            redis.ping()
    except RedisError as problem:
        yield (
            f"TANGGAP_REDIS_URL: Redis tidak menjawab ({type(problem).__name__}). "
            "Yang jatuh tempo menunggu dan menyusul."
        )


def takes_nothing(settings: Settings, problem: StoreUnavailable) -> str:
    """Return the line for a data folder in which nothing can be written now."""
    free = shutil.disk_usage(settings.data).free // 2**20
    return (
        f"Penyimpanan di {settings.data} tidak menerima apa pun sekarang ({problem.kind}); "
        f"tinggal {free} MiB di disk. Kosongkan atau perbesar: ia melanjutkan sendiri."
    )


def table(found: dict[str, Any]) -> Table:
    """Return what the operations call found, a row for each relay and follower."""
    rows = Table("Bagian", "Belum dikirim", "Belum dibaca", "Gagal")
    unsent = {each["service"]: each for each in found["relays"]}
    read = {each["name"]: each for each in found["followers"]}
    read["reporting"] = {"lag": found["lag"], "failure": found["failure"]}
    for name in (*unsent, *(name for name in read if name not in unsent)):
        sends, reads = unsent.get(name), read.get(name)
        failures = [each["failure"] for each in (sends, reads) if each and each["failure"]]
        rows.add_row(
            name,
            str(sends["unsent"]) if sends else "–",
            "–" if reads is None else "?" if reads["lag"] is None else str(reads["lag"]),
            ", ".join(failures) or "–",
        )
    return rows


def wrong(found: dict[str, Any], now: datetime) -> list[str]:
    """Return what is wrong by the operations call, and how each is mended."""
    return [*_of_processes(found), *_of_the_way(found, now), *_of_the_log(found)]


def _of_processes(found: dict[str, Any]) -> Iterator[str]:
    for name in found["missing"]:
        yield f"{name}: tidak ada proses yang terdengar memimpin. Jalankan `tanggap serve {name}`."
    for each in found["processes"]:
        who = f"{'/'.join(each['services'])} ({each['process']})"
        if each["silent"]:
            yield f"{who} tidak terdengar sejak {each['heard_at']}. Lihat lognya, lalu mulai lagi."
            continue
        for name, failure in each["failing"].items():
            if name == READ_ONLY:
                yield (
                    f"{who} hanya dapat dibaca: {failure} hilang, tidak terbaca, atau bukan "
                    "miliknya. Kembalikan berkas itu dari cadangan, lalu mulai lagi."
                )
                continue
            yield f"{who}: {name} gagal ({failure}); ia mencoba lagi sendiri."
        if each["disk_free"] < each["disk_size"] * LITTLE_SPACE:
            free = each["disk_free"] // 2**20
            yield f"{who}: tinggal {free} MiB di disk. Kosongkan atau perbesar."
        ahead = each["clock_ahead_seconds"]
        if ahead is not None and abs(ahead) > WRONG_CLOCK_SECONDS:
            yield f"{who}: jam mesin berbeda {ahead:.0f} detik. Nyalakan penyelarasan waktu (NTP)."


def _of_the_way(found: dict[str, Any], now: datetime) -> Iterator[str]:
    for each in found["relays"]:
        if _is_old(each["oldest_unsent_at"], now):
            yield (
                f"{each['service']}: {each['unsent']} kejadian belum terkirim, "
                f"yang tertua dari {each['oldest_unsent_at']}; menyusul begitu aliran menjawab."
            )
    for each in found["followers"]:
        if each["failure"]:
            yield f"{each['name']} gagal ({each['failure']}); ia mencoba lagi sendiri."
        for late in each["late"]:
            yield _waits(late)
    yield from _of_the_handover(found, now)
    yield from _of_the_backups(found, now)
    yield from _of_the_mailbox(found)
    for each in found["jobs"]:
        if _is_old(each["oldest_due_at"], now):
            yield (
                f"{each['service']}: {each['due']} pekerjaan jatuh tempo belum dikerjakan, sejak "
                f"{each['oldest_due_at']}. Periksa `tanggap worker` dan `tanggap scheduler`."
            )
    for each in found["tasks"]:
        yield f"{each['task']} {each['argument']} disisihkan: tidak pernah selesai dikerjakan."
    for each in found["queues"]:
        yield (
            f"{each['follower']} menyisihkan {each['subject']}: {each['type']}, {each['reason']}, "
            f"sejak {each['since']}, {each['behind']} di belakangnya. "
            "Perbaiki sebabnya, lalu ulangi antreannya di halaman Operasi."
        )


def _of_the_handover(found: dict[str, Any], now: datetime) -> Iterator[str]:
    for each in found["handovers"]:
        waits = f"{each['keys']} kunci dan {each['files']} berkas"
        if each["failure"] == "TokenRefused":
            yield (
                f"{each['peer']} menolak token edge ini. Jalankan `tanggap edge add` di kabupaten, "
                "lalu isi TANGGAP_UPLINK_TOKEN yang baru."
            )
        elif each["failure"]:
            yield f"{each['peer']} tidak menjawab ({each['failure']}); {waits} menyusul sendiri."
        elif _is_old(each["oldest_since"], now):
            yield (
                f"{waits} menunggu ke {each['peer']}, yang tertua sejak {each['oldest_since']}; "
                "diambil begitu ia terhubung."
            )
        if each["refused"]:
            yield f"{each['peer']} menolak {each['refused']} kunci atau berkas; lihat log."
    for each in found["edges"]:
        if each["heard_at"] is None:
            yield f"Edge {each['origin']} belum pernah terdengar. Periksa tokennya di sana."
        elif _is_old(each["heard_at"], now):
            yield (
                f"Edge {each['origin']} tidak terdengar sejak {each['heard_at']}; saat itu "
                f"{each['unsent']} kejadian belum terkirim. Angka Puskesmasnya belum lengkap."
            )


def _of_the_backups(found: dict[str, Any], now: datetime) -> Iterator[str]:
    for each in found["backups"]:
        if each["failure"] == "no_passphrase":
            yield (
                "Cadangan belum dapat dibuat sendiri: jalankan `tanggap backup` sekali untuk "
                "menetapkan frasa sandinya."
            )
        elif each["failure"]:
            yield (
                f"Cadangan ke {each['folder']} gagal dibuat; dicoba lagi. Periksa folder dan "
                "ruangnya, dan lihat log."
            )
        if each["unerased"]:
            yield (
                f"{each['unerased']} cadangan di {each['folder']} masih memuat isi yang sudah "
                "dihapus. Pasang medianya dan pastikan dapat ditulisi."
            )
        if each["last_at"] is None:
            continue
        if each["passed"] is False:
            yield f"Cadangan {each['last_at']} tidak lulus ujinya. Lihat manifest.json di sana."
        late = timedelta(hours=2 * each["every_hours"])
        if now - datetime.fromisoformat(each["last_at"]) > late:
            yield f"Cadangan terakhir sudah lama: {each['last_at']}. Pasang medianya."


def _of_the_mailbox(found: dict[str, Any]) -> Iterator[str]:
    for each in found["mailboxes"]:
        if each["failure"]:
            yield (
                f"Kotak surel {each['mailbox']} tidak terbaca ({each['failure']}); dicoba lagi. "
                "Periksa TANGGAP_BOUNCES_URL, penggunanya, dan berkas kata sandinya."
            )
        if each["left"]:
            yield f"{each['left']} surel di {each['mailbox']} belum dibaca orang. Lihat di sana."


def _of_the_log(found: dict[str, Any]) -> Iterator[str]:
    if found["lost"] and found["lost"]["mended_at"] is None:
        yield "reporting: berkasnya hilang atau rusak dan sedang dibangun ulang; laporan menunggu."
    if found["failure"]:
        yield f"reporting gagal ({found['failure']}); ia mencoba lagi sendiri."
    for each in found["late"]:
        yield _waits(each)
    for each in found["forks"]:
        yield f"{each['source']}:{each['id']} bertentangan. Hubungi pengelola sumber itu."
    for each in found["trouble"]:
        yield f"{each['source']}:{each['id']} tidak terbaca: {each['trouble']}."
    for each in found["imbalances"]:
        yield (
            f"Angka kendali tidak cocok pada {each['number'] or each['id']} ({each['puskesmas']}) "
            f"sejak {each['since']}. Jalankan `tanggap rebuild`; bila tetap, laporkan."
        )


def _waits(late: dict[str, Any]) -> str:
    return f"{late['source']}:{late['id']} menunggu {late['waits_for']}; diambil begitu tiba."


def _is_old(moment: str | None, now: datetime) -> bool:
    return moment is not None and now - datetime.fromisoformat(moment) > OLD
