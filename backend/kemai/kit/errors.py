"""Refusals. Each states a fact, carries an HTTP status and a stable code, and says in the reader's language what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value: which field, a stable code, and words for the reader."""

    field: str
    code: str
    message: T
    params: tuple[tuple[str, Any], ...] = ()

    def text(self, lang: str | None = None) -> str:
        return self.message.to(lang, **dict(self.params))


class KemaiError(Exception):
    """Base of every refusal; subclasses set ``status``, ``code`` and ``text``."""

    status = 400
    code = "bad_request"
    text = T("请求无法处理。", "The request cannot be handled.")

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code)

    def detail(self, lang: str | None = None) -> str:
        """What happened and what to do, in ``lang``; a parameter that is itself a :class:`T` is put in that language too."""
        params = {k: v.to(lang) if isinstance(v, T) else v for k, v in self.params.items()}
        return self.text.to(lang, **params)

    def extra(self) -> dict[str, Any]:
        """Further members of the problem document."""
        return {}

    def headers(self) -> dict[str, str]:
        """Headers the answer has to carry."""
        return {}

    def __str__(self) -> str:
        return f"{self.code}: {self.detail()}"


class Malformed(KemaiError):
    status, code = 400, "malformed"
    text = T("请求格式不对：{what}", "The request is malformed: {what}")


class NotSignedIn(KemaiError):
    status, code = 401, "not_signed_in"
    text = T("请先登录。", "Please sign in.")


class Forbidden(KemaiError):
    status, code = 403, "forbidden"
    text = T("您没有此操作的权限，请联系管理员。", "You are not allowed to do this; ask your administrator.")


class CsrfFailed(Forbidden):
    code = "csrf_failed"
    text = T("安全校验失败，请刷新页面后重试。", "The security check failed; reload the page and try again.")


class NotFound(KemaiError):
    """Absent and not-yours are one answer, so that nobody can probe for records."""

    status, code = 404, "not_found"
    text = T("没有找到该记录，或您无权查看。", "No such record, or you may not see it.")


class MethodNotAllowed(KemaiError):
    status, code = 405, "method_not_allowed"
    text = T("不支持该操作。", "This method is not supported here.")

    def __init__(self, *allowed: str) -> None:
        """``allowed``: the methods there are instead."""
        self.allowed = allowed
        super().__init__()

    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class Conflict(KemaiError):
    status, code = 409, "conflict"
    text = T("与他人的操作冲突，请刷新后重试。", "This conflicts with somebody else's change; reload and try again.")


class InUse(Conflict):
    """Others still hang on the record; deleting it would leave them without."""

    code = "in_use"
    text = T(
        "仍在使用中，不能删除；请先移走相关的人员或记录。",
        "Still in use and cannot be deleted; move its people or records first.",
    )


class Gone(KemaiError):
    status, code = 410, "gone"
    text = T("已过期。", "This has expired.")


class TooLarge(KemaiError):
    status, code = 413, "too_large"
    text = T("内容过大，最多 {limit}。", "The content is too large; at most {limit}.")


class VersionRequired(KemaiError):
    status, code = 428, "version_required"
    text = T("缺少 If-Match：请带上读取时的 ETag。", "If-Match is missing: send the ETag you read.")


class VersionStale(KemaiError):
    """Somebody else saved in between; carries both versions for the reader to choose from."""

    status, code = 412, "version_stale"
    text = T("记录已被他人修改，请核对后再保存。", "The record was changed by somebody else; compare before saving.")

    def __init__(self, current: dict[str, Any] | None = None, conflicts: list[dict[str, Any]] | None = None) -> None:
        self.current, self.conflicts = current, conflicts or []
        super().__init__()

    def extra(self) -> dict[str, Any]:
        return {"current": self.current, "conflicts": self.conflicts}


class Invalid(KemaiError):
    """Values that do not hold; ``errors`` names each field."""

    status, code = 422, "invalid"
    text = T("有 {count} 处内容需要修改。", "{count} value(s) need correcting.")

    def __init__(self, errors: list[FieldError]) -> None:
        self.errors = errors
        super().__init__(count=len(errors))

    @classmethod
    def one(cls, field: str, code: str, message: T, /, **params: Any) -> Invalid:
        return cls([FieldError(field, code, message, tuple(params.items()))])

    def __str__(self) -> str:
        return "; ".join(f"{e.field}: {e.text()}" for e in self.errors)


class Duplicate(Conflict):
    """The record exists already. Says that and where it is kept, and nothing of a record the asker may not see (CUS-9)."""

    code = "duplicate"
    text = T("记录已存在：{what}", "This record exists already: {what}")

    def __init__(self, errors: list[FieldError]) -> None:
        self.errors = errors
        super().__init__(what=errors[0].text())


class KeyReused(KemaiError):
    status, code = 422, "idempotency_key_reused"
    text = T("该 Idempotency-Key 已用于另一个请求。", "This Idempotency-Key was used for another request.")


class InFlight(KemaiError):
    status, code = 409, "in_flight"
    text = T("相同的请求正在处理中，请稍候。", "The same request is being handled; please wait.")


class RateLimited(KemaiError):
    status, code = 429, "rate_limited"
    text = T("操作过于频繁，请 {seconds} 秒后再试。", "Too many requests; try again in {seconds} seconds.")

    def __init__(self, seconds: int, **params: Any) -> None:
        self.seconds = max(1, int(seconds))
        super().__init__(seconds=self.seconds, **params)

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds)}


class Unavailable(KemaiError):
    status, code = 503, "unavailable"
    text = T("服务暂时不可用，请稍后重试。", "The service is unavailable for the moment; try again shortly.")


class Contended(Unavailable):
    """Other work held the same rows; nothing of this was done."""

    code = "contended"
    text = T(
        "其他人正在处理同样的数据，本次操作没有保存，请稍后重试。",
        "Others are working on the same data; nothing was saved. Try again shortly.",
    )

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class TookTooLong(Unavailable):
    """The database was stopped at the limit of a statement's time; nothing of this was done."""

    code = "took_too_long"
    text = T(
        "本次操作用时过长，已停止，没有保存任何内容。请缩小范围后重试。",
        "This took too long and was stopped; nothing was saved. Narrow it down and try again.",
    )


class StorageFull(KemaiError):
    status, code = 507, "storage_full"
    text = T(
        "服务器存储空间不足，暂时不能保存。查看不受影响；请通知管理员腾出空间后再试。",
        "The server's storage is full, and nothing can be saved for now. Reading works; tell your administrator, and try again later.",
    )
