import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { Layers, Plus } from "lucide-react";
import { useState } from "react";
import { useMe } from "@/access/me";
import { flatMenu } from "@/access/menu";
import type { Segment } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMeta } from "@/objects/data/meta";
import { useSegments } from "@/objects/data/segments";
import { SegmentEditor } from "@/objects/segments/segment-editor";
import styles from "./segments-page.module.css";

/** Everything one has named: dynamic segments and static lists, with how many are in them and since when that is known. */
export function SegmentsPage() {
  const t = useT("segments");
  const me = useMe();
  const navigate = useNavigate();
  const segments = useSegments("");
  const kinds = flatMenu(me.menu).filter((item) => item.object);
  const [object, setObject] = useState<string | null>(null);
  const [making, setMaking] = useState<Segment["kind"] | null>(null);
  const chosen = object ?? kinds[0]?.object ?? null;
  const { data: meta } = useMeta(making ? chosen : null);
  const rows = segments.data ?? [];
  const make = (
    <div className={styles.actions}>
      <select
        className={styles.select}
        aria-label={t("of_which")}
        value={chosen ?? ""}
        onChange={(event) => setObject(event.target.value)}
      >
        {kinds.map((item) => (
          <option key={item.object} value={item.object ?? ""}>
            {item.label}
          </option>
        ))}
      </select>
      <Button onClick={() => setMaking("static")}>{t("new_static")}</Button>
      <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setMaking("dynamic")}>
        {t("new_dynamic")}
      </Button>
    </div>
  );
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")} actions={make} />
      {segments.isPending ? <SkeletonRows rows={6} /> : null}
      {segments.isError ? (
        <ErrorState error={segments.error} onRetry={() => void segments.refetch()} />
      ) : null}
      {segments.isSuccess ? (
        <Card flush>
          {rows.length === 0 ? (
            <EmptyState icon={Layers} title={t("empty")} text={t("empty_text")} />
          ) : (
            <SimpleTable
              label={t("title")}
              rows={rows}
              rowKey={(row) => row.id}
              columns={[
                {
                  key: "name",
                  title: t("name"),
                  cell: (row) => (
                    <span className={styles.name}>
                      <AppLink path={`/segments/${row.id}`}>{row.name}</AppLink>
                      {row.problem ? <StateTag tone="bad">{t("problem")}</StateTag> : null}
                    </span>
                  ),
                },
                { key: "object", title: t("object"), cell: (row) => row.object_label },
                {
                  key: "kind",
                  title: t("kind"),
                  cell: (row) => (
                    <StateTag tone={row.kind === "dynamic" ? "accent" : "neutral"}>
                      {t(`kind_${row.kind}`)}
                    </StateTag>
                  ),
                },
                {
                  key: "size",
                  title: t("size"),
                  align: "end",
                  cell: (row) => (row.size === null ? "–" : row.size.toLocaleString("en-US")),
                },
                {
                  key: "counted",
                  title: t("counted"),
                  cell: (row) =>
                    row.counted_at ? <DateTime value={row.counted_at} kind="smart" /> : t("not_yet"),
                },
                { key: "owner", title: t("owner"), cell: (row) => row.owner.label ?? "" },
                {
                  key: "shared",
                  title: t("shared"),
                  phone: "hide",
                  cell: (row) => t(row.shared ? `shared_${row.shared.kind}` : "shared_nobody"),
                },
              ]}
            />
          )}
        </Card>
      ) : null}
      {making && meta ? (
        <SegmentEditor
          meta={meta}
          segment={null}
          kind={making}
          onSaved={(saved) => void navigate({ to: `/segments/${saved.id}` as string })}
          onClose={() => setMaking(null)}
        />
      ) : null}
    </div>
  );
}
