import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import type { Tone } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { StatTile } from "@/kit/stat-tile";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { FileButton } from "./file-button";
import styles from "./privacy.module.css";

type DataClass = "public" | "internal" | "personal" | "sensitive";
type Line = {
  table: string;
  kind: string;
  label: string;
  column: string;
  class: DataClass;
  class_label: string;
  kept: string;
  protection: string;
  custom: boolean;
};
type Inventory = { classes: { class: DataClass; label: string; count: number }[]; items: Line[] };

const TONES: Record<DataClass, Tone> = {
  public: "neutral",
  internal: "neutral",
  personal: "accent",
  sensitive: "warn",
};

/** What data is held, of which class, and for how long (P-6). */
export function InventoryPage() {
  const t = useT("privacy");
  const [everything, setEverything] = useState(false);
  const [word, setWord] = useState("");
  const query = useQuery({
    queryKey: ["privacy", "inventory", everything],
    queryFn: async ({ signal }) =>
      (await api.get<Inventory>("/privacy/inventory", { query: everything ? { everything } : {}, signal }))
        .data,
    placeholderData: keepPreviousData,
  });
  const data = query.data;
  const wanted = word.trim().toLowerCase();
  const lines = data?.items.filter((line) =>
    `${line.kind} ${line.label} ${line.table} ${line.column}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <PageHeader
        title={t("inventory.title")}
        sub={t("inventory.sub")}
        actions={<FileButton path="/privacy/inventory/file" label={t("inventory.file")} />}
      />
      {query.isPending ? <SkeletonRows rows={8} /> : null}
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {data && lines ? (
        <div className={styles.page}>
          <div className={styles.tiles}>
            {data.classes.map((one) => (
              <StatTile key={one.class} label={one.label} value={one.count} />
            ))}
          </div>
          <p className={styles.note}>{t("inventory.note")}</p>
          <div className={styles.filters}>
            <Segmented
              value={everything}
              onChange={setEverything}
              options={[
                { value: false, label: t("inventory.personal") },
                { value: true, label: t("inventory.all") },
              ]}
            />
            <input
              type="search"
              className={styles.find}
              aria-label={t("inventory.find")}
              placeholder={t("inventory.find")}
              value={word}
              onChange={(event) => setWord(event.target.value)}
            />
          </div>
          {lines.length === 0 ? (
            <EmptyState icon={ShieldCheck} title={t("inventory.none")} text={t("inventory.noneText")} />
          ) : (
            <Card flush>
              <Lines lines={lines} />
            </Card>
          )}
        </div>
      ) : null}
    </>
  );
}

function Lines({ lines }: { lines: Line[] }) {
  const t = useT("privacy");
  return (
    <SimpleTable
      label={t("inventory.title")}
      rows={lines}
      rowKey={(line) => `${line.table}.${line.column}`}
      columns={[
        {
          key: "field",
          title: t("inventory.field"),
          cell: (line) => (
            <span>
              {line.label || <code className={styles.code}>{line.column}</code>}
              {line.custom ? <span className={styles.said}> · {t("inventory.custom")}</span> : null}
            </span>
          ),
        },
        {
          key: "kind",
          title: t("inventory.kind"),
          cell: (line) => (
            <span>
              {line.kind || t("inventory.system")} <code className={styles.code}>{line.table}</code>
            </span>
          ),
        },
        {
          key: "class",
          title: t("inventory.class"),
          cell: (line) => <StateTag tone={TONES[line.class]}>{line.class_label}</StateTag>,
        },
        { key: "kept", title: t("inventory.kept"), cell: (line) => line.kept },
        { key: "protection", title: t("inventory.protection"), cell: (line) => line.protection || "–" },
      ]}
    />
  );
}
