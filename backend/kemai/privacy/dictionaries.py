"""Lists of values about consent."""

from __future__ import annotations

from kemai.kit.words import T
from kemai.platform.objects.dictionaries import declare_dictionary

PURPOSE = declare_dictionary(
    "consent_purpose",
    T("同意的用途", "What consent is for"),
    ("contract", "订立和履行合同", "Making and keeping a contract", "blue"),
    ("marketing", "营销信息", "Marketing", "gold"),
    ("sharing", "提供给第三方", "Passing on to others", "purple"),
    ("sensitive", "处理敏感个人信息", "Sensitive data", "red"),
    ("abroad", "向境外提供", "Sending abroad", "orange"),
)
CHANNEL = declare_dictionary(
    "consent_channel",
    T("同意的方式", "How consent was given"),
    ("written", "书面签字", "In writing"),
    ("form", "网页表单", "Web form"),
    ("message", "微信、短信或邮件", "Message or e-mail"),
    ("spoken", "口头（有录音）", "Spoken, recorded"),
)
