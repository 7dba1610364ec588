"""Tables of the record platform: dictionaries, saved import mappings, imports, notifications, follows."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kemai.base.epochs import moves
from kemai.base.models import audited
from kemai.base.privacy import WITH_AUDIT, WITH_COMPANY, WITH_PERSON, WITH_RECORD, Holds, days
from kemai.kit.clock import now
from kemai.kit.ids import new_id


class DictionaryValue(models.Model):
    """One value of a dictionary, in both languages."""

    id = models.UUIDField(primary_key=True, default=new_id)
    dictionary = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    label_zh = models.CharField(max_length=100)
    label_en = models.CharField(max_length=100)
    color = models.CharField(max_length=20, default="default")
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    holds = Holds(WITH_COMPANY, public="dictionary value label_zh label_en color")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["dictionary", "value"], name="dictionary_value_once")]


class CustomField(models.Model):
    """A field an administrator added to a kind of record (PLT-2, PLT-14). Its values lie in the records' ``custom`` column.

    Taken away it only hides: ``active`` is false, key and values stay, so that it can come back.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    key = models.CharField(max_length=41)
    type = models.CharField(max_length=20)
    label_zh = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60)
    help_zh = models.CharField(max_length=300, default="")
    help_en = models.CharField(max_length=300, default="")
    section = models.CharField(max_length=41, default="basic")
    position = models.IntegerField(default=0)
    required = models.BooleanField(default=False)
    unique = models.BooleanField(default=False)
    searchable = models.BooleanField(default=False)
    quick = models.BooleanField(default=False)
    inline_edit = models.BooleanField(default=True)
    options: Any = models.JSONField(default=dict)
    """What only some types have: choices, target, bounds, formula, roll-up, default, conditions."""
    active = models.BooleanField(default=True)
    index_state = models.CharField(max_length=10, default="none")
    index_error = models.TextField(default="")
    index_job = models.UUIDField(null=True)
    search_state = models.CharField(max_length=10, default="none")
    """``building`` while a job brings what records are found by up to this definition, ``failed`` when it could not."""
    search_job = models.UUIDField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    holds = Holds(
        WITH_COMPANY,
        internal=(
            "object key type label_zh label_en help_zh help_en section options index_state index_error search_state"
        ),
    )

    class Meta:
        triggers = audited("index_state", "index_error", "index_job", "search_state", "search_job") + moves(
            "definitions"
        )
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="custom_field_once")]


class Layout(models.Model):
    """How the screens of a kind of record are laid out for a role, or for all (``role_id`` null): PLT-2."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    role_id = models.UUIDField(null=True)
    content: Any = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(default=now)
    holds = Holds(WITH_COMPANY, internal="object content")

    class Meta:
        triggers = audited() + moves("definitions")
        constraints = [models.UniqueConstraint(fields=["object", "role_id"], name="layout_once", nulls_distinct=False)]


class Import(models.Model):
    """One spreadsheet on its way in: file, mapping, dry run, commit, undo."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    file = models.ForeignKey("base.StoredFile", null=True, on_delete=models.SET_NULL)
    """Gone when the upload has expired; its name stays."""
    file_name = models.TextField(default="")
    file_sha256 = models.CharField(max_length=64, default="")
    created_by = models.UUIDField()
    created_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=20, default="mapping")
    mode = models.CharField(max_length=10, default="both")
    key = models.CharField(max_length=60, default="")
    sheet = models.CharField(max_length=200, default="")
    sheets = models.JSONField(default=list)
    header_row = models.IntegerField(default=1)
    rows = models.IntegerField(default=0)
    columns = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    check_result = models.JSONField(null=True)
    errors = models.JSONField(default=list)
    error_file = models.ForeignKey("base.StoredFile", null=True, on_delete=models.SET_NULL, related_name="+")
    job_id = models.UUIDField(null=True)
    next_row = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    seconds = models.FloatField(default=0)
    undo_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    holds = Holds(
        WITH_COMPANY,
        internal="object file_sha256 state mode key sheet sheets seconds",
        personal="file_name columns settings check_result errors",
    )

    class Meta:
        indexes = [models.Index(fields=["created_by", "-created_at"], name="import_owner_ix")]


class ImportFault(models.Model):
    """A row of a file that was not taken, and why: what the error workbook is made from, also after a restart in the middle."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="faults")
    row = models.IntegerField()
    errors = models.JSONField(default=list)
    holds = Holds(days(30), personal="errors")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "row"], name="import_fault_once")]


class Export(models.Model):
    """One list taken out as a file: asked for, approved where it is large, made, downloaded (P-3, ORG-8)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    actor_id = models.UUIDField()
    object = models.CharField(max_length=60)
    query = models.JSONField(default=dict)
    format = models.CharField(max_length=10)
    purpose = models.CharField(max_length=200, default="")
    state = models.CharField(max_length=12, default="approved")
    """``waiting`` for an approval, ``approved``, ``refused``, ``expired``, ``done``; how its job fares is the job's."""
    rows_expected = models.IntegerField(null=True)
    rows = models.IntegerField(null=True)
    created_at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(default="")
    job_id = models.UUIDField(null=True)
    file_id = models.UUIDField(null=True)
    kept_until = models.DateTimeField(null=True)
    downloads = models.IntegerField(default=0)
    downloaded_at = models.DateTimeField(null=True)
    holds = Holds(WITH_COMPANY, internal="object format state", personal="query purpose decision")

    class Meta:
        indexes = [
            models.Index(fields=["actor_id", "-created_at"], name="export_actor_ix"),
            models.Index(fields=["-created_at"], name="export_at_ix"),
            models.Index(fields=["until"], name="export_waiting_ix", condition=models.Q(state="waiting")),
            models.Index(fields=["file_id"], name="export_file_ix"),
        ]


class ExportedRecords(models.Model):
    """Which records an export took out, in parts, by the audit event that says so: whom a leak would concern (P-9)."""

    id = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField()
    record_ids = ArrayField(models.UUIDField(), default=list)
    holds = Holds(WITH_AUDIT, internal="record_ids")

    class Meta:
        indexes = [models.Index(fields=["event_id"], name="exported_event_ix")]


class RememberedMapping(models.Model):
    """Which field a person last put a column heading on."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    object = models.CharField(max_length=60)
    header = models.CharField(max_length=200)
    field = models.CharField(max_length=60)
    holds = Holds(WITH_PERSON, internal="object header field")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "object", "header"], name="remembered_once")]


class SavedView(models.Model):
    """A list as somebody wants to find it again: filter, sort, columns, layout; his own or opened to others (CUS-7)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    owner_id = models.UUIDField()
    shared_kind = models.CharField(max_length=12, default="")
    shared_id = models.UUIDField(null=True)
    filter = models.JSONField(null=True)
    sort = models.CharField(max_length=80, default="")
    columns = models.JSONField(default=list)
    layout = models.CharField(max_length=12, default="table")
    options = models.JSONField(default=dict)
    """What the layout needs besides: groups and measures, the board's field and sum, the calendar's date."""
    shared_change = models.BooleanField(default=False)
    """Those it is shared with may change it too."""
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    holds = Holds(WITH_PERSON, internal="object shared_kind sort columns layout options", personal="name filter")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["object", "owner_id", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["object", "owner_id"], name="saved_view_owner_ix")]


class ViewArrangement(models.Model):
    """Which views of a list stand first and which one opens it: for one person, or (by an administrator) for a role."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    holder_kind = models.CharField(max_length=4)
    holder = models.CharField(max_length=60)
    """A user's id, or a role's code (its name where it has none)."""
    pinned = models.JSONField(default=list)
    default_view = models.CharField(max_length=60, default="")
    holds = Holds(WITH_PERSON, internal="object holder_kind holder pinned default_view")

    class Meta:
        triggers = audited()
        constraints = [
            models.UniqueConstraint(fields=["object", "holder_kind", "holder"], name="view_arrangement_once")
        ]


class Segment(models.Model):
    """A named set of records: ``dynamic`` by its conditions, or a ``static`` list kept by hand (CUS-7)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, default="")
    kind = models.CharField(max_length=8)
    filter = models.JSONField(null=True)
    owner_id = models.UUIDField()
    shared_kind = models.CharField(max_length=12, default="")
    shared_id = models.UUIDField(null=True)
    version = models.IntegerField(default=1)
    size = models.IntegerField(null=True)
    """Members when last counted, as its owner sees them."""
    counted_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")
    """Why the last count failed; empty when it did not."""
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    holds = Holds(WITH_PERSON, internal="object kind shared_kind problem", personal="name description filter")

    class Meta:
        triggers = audited("size", "counted_at", "problem")
        constraints = [models.UniqueConstraint(fields=["object", "owner_id", "name"], name="segment_once")]


class SegmentMember(models.Model):
    """That a record was in a segment from one day to another: its own history, and so without history triggers."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members", db_index=False)
    record_id = models.UUIDField()
    joined_at = models.DateTimeField(default=now)
    joined_by = models.UUIDField(null=True)
    """Who put it on a static list; empty where the conditions did."""
    left_at = models.DateTimeField(null=True)
    left_by = models.UUIDField(null=True)
    holds = Holds(WITH_RECORD)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "record_id"], name="segment_member_once", condition=models.Q(left_at__isnull=True)
            )
        ]
        indexes = [
            models.Index(fields=["segment", "-joined_at"], name="segment_joined_ix"),
            models.Index(
                fields=["segment", "-left_at"], name="segment_left_ix", condition=models.Q(left_at__isnull=False)
            ),
            models.Index(fields=["record_id"], name="segment_record_ix"),
        ]


class SegmentSize(models.Model):
    """How many members a segment had at the end of a day: its trend."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="sizes", db_index=False)
    day = models.DateField()
    size = models.IntegerField()
    joined = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    holds = Holds(WITH_COMPANY, internal="day")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "day"], name="segment_size_once")]


class Notification(models.Model):
    """A message to one person. Words are kept in both languages, so that a change of language changes old ones too."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    title_zh = models.TextField()
    title_en = models.TextField()
    text = models.TextField(default="")
    path = models.TextField(default="")
    object = models.CharField(max_length=60, default="")
    record_id = models.UUIDField(null=True)
    times = models.IntegerField(default=1)
    """How many happenings one unread message stands for (:func:`kemai.platform.notify.notify_grouped`)."""
    at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)
    holds = Holds(WITH_PERSON, internal="kind path object", personal="title_zh title_en text")

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"], name="notification_user_ix"),
            models.Index(fields=["user_id"], name="notification_unread_ix", condition=models.Q(read_at__isnull=True)),
        ]


class DailyVolume(models.Model):
    """How many rows a person, or one of his tokens, has read in a day (S-12); no word of which."""

    id = models.BigAutoField(primary_key=True)
    holder = models.UUIDField()
    person_id = models.UUIDField()
    day = models.DateField()
    rows = models.IntegerField()
    holds = Holds(days(31), internal="day")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "day"], name="daily_volume_once")]


class NotificationChoice(models.Model):
    """How a person wants one kind of message; without a row it comes in the page and nowhere else (PLT-3)."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    in_page = models.BooleanField(default=True)
    channels = ArrayField(models.TextField(), default=list, db_default=[])
    """Ways by which it comes besides (:func:`kemai.platform.notify.declare_channel`); none for what does not come in the page."""
    holds = Holds(WITH_PERSON, internal="kind channels")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "kind"], name="notification_choice_once")]


class Follow(models.Model):
    """That a person wants to hear of a record (关注). His own business: neither audited nor shown to others."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    at = models.DateTimeField(default=now)
    holds = Holds(WITH_RECORD, internal="object")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "object", "record_id"], name="follow_once")]
        indexes = [models.Index(fields=["record_id"], name="follow_record_ix")]


class NotifyEvent(models.Model):
    """A line of somebody's event stream; kept an hour so that a browser can resume where it was cut off."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.UUIDField()
    kind = models.TextField()
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)
    holds = Holds(days(1), internal="kind", personal="payload")

    class Meta:
        db_table = "platform_notify_event"
        indexes = [
            models.Index(fields=["user_id", "id"], name="notify_user_ix"),
            models.Index(fields=["at"], name="notify_age_ix"),
        ]


class MatchKey(models.Model):
    """One key under which a record meets those it may be a double of (CUS-9): a 64-bit hash, so that keys spread evenly and a search
    over all of them goes slice by slice. Follows the record, and is no history of its own."""

    pk = models.CompositePrimaryKey("object", "key", "record_id")
    object = models.CharField(max_length=60)
    key = models.BigIntegerField()
    record_id = models.UUIDField()
    holds = Holds(WITH_RECORD, internal="object")

    class Meta:
        db_table = "platform_match_key"
        indexes = [models.Index(fields=["record_id"], name="match_key_record_ix")]


class MatchRuleSetting(models.Model):
    """A rule against doubles as the administrator wants it: a ready one changed (no parts), or one of his own."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=60, default="")
    parts = models.JSONField(default=list)
    action = models.CharField(max_length=10)
    score = models.IntegerField(default=80)
    threshold = models.IntegerField(default=0)
    everywhere = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    updated_by = models.UUIDField(null=True)
    holds = Holds(WITH_COMPANY, internal="object code label parts action")

    class Meta:
        triggers = audited()
        constraints = [models.UniqueConstraint(fields=["object", "code"], name="match_rule_once")]


class DuplicatePair(models.Model):
    """Two records that may be one, why, and what was decided. ``one`` is the smaller key, so that a pair exists once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    one = models.UUIDField()
    two = models.UUIDField()
    score = models.IntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="open")
    assignee_id = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, default="")
    found_at = models.DateTimeField(default=now)
    run_id = models.UUIDField(null=True)
    holds = Holds(WITH_RECORD, internal="object state", personal="reasons note")

    class Meta:
        db_table = "platform_duplicate_pair"
        constraints = [
            models.UniqueConstraint(fields=["object", "one", "two"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("two")), name="duplicate_pair_ordered"),
        ]
        indexes = [
            models.Index(fields=["object", "state", "-score", "id"], name="duplicate_queue_ix"),
            models.Index(fields=["two"], name="duplicate_two_ix"),
            models.Index(fields=["one"], name="duplicate_one_ix"),
        ]


class Merge(models.Model):
    """That one record became part of another (CUS-9): what was taken over, and what is needed to take it back."""

    id = models.UUIDField(primary_key=True, default=new_id)
    object = models.CharField(max_length=60)
    survivor_id = models.UUIDField()
    loser_id = models.UUIDField()
    deletion_id = models.UUIDField()
    within = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="nested")
    """The merge that brought this one along (the same contact at both customers)."""
    before = models.JSONField(default=dict)
    """Columns of the survivor that the merge changed, as they were; ``after``: as they became."""
    after = models.JSONField(default=dict)
    moved = models.JSONField(default=list)
    binned = models.JSONField(default=list)
    at = models.DateTimeField(default=now)
    by_id = models.UUIDField(null=True)
    undo_id = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)
    report = models.JSONField(default=list)
    """What a taking back had to leave as it was."""
    holds = Holds(WITH_RECORD, internal="object moved binned", personal="before after report")

    class Meta:
        db_table = "platform_merge"
        constraints = [
            models.UniqueConstraint(fields=["loser_id"], name="merged_once", condition=models.Q(undone_at__isnull=True))
        ]
        indexes = [
            models.Index(fields=["survivor_id"], name="merge_survivor_ix"),
            models.Index(fields=["deletion_id"], name="merge_deletion_ix"),
        ]


class QualityDay(models.Model):
    """How good the records of a department were on a day (CUS-10): what the trend is drawn from."""

    id = models.BigAutoField(primary_key=True)
    object = models.CharField(max_length=60)
    day = models.DateField()
    department_id = models.UUIDField(null=True)
    records = models.IntegerField(default=0)
    score_total = models.BigIntegerField(default=0)
    low = models.IntegerField(default=0)
    stale = models.IntegerField(default=0)
    holds = Holds(WITH_COMPANY, internal="object day")

    class Meta:
        db_table = "platform_quality_day"
        constraints = [
            models.UniqueConstraint(
                fields=["object", "day", "department_id"], name="quality_day_once", nulls_distinct=False
            )
        ]
