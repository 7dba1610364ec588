import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { ApiError, api, newIdempotencyKey } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState, useErrorText } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import { draftKey, drafts } from "@/objects/model/draft-store";
import { CommentList } from "./comments";
import { Figures } from "./figures";
import {
  KEY,
  type Kind,
  type Prefill,
  prefillQuery,
  sheetQuery,
  TEXTS,
  type TextName,
  type Texts,
} from "./queries";
import styles from "./reports.module.css";

/** One's own sheet: filled in from records, written over, handed in with its numbers. */
export function SheetForm({ kind, on }: { kind: Kind; on: string }) {
  const prefill = useQuery(prefillQuery(kind, on));
  const sheet = useQuery(sheetQuery(prefill.data?.report?.id ?? null));
  if (prefill.isPending || (prefill.data?.report && sheet.isPending)) return <SkeletonRows rows={8} />;
  if (prefill.isError) return <ErrorState error={prefill.error} onRetry={() => void prefill.refetch()} />;
  if (sheet.isError) return <ErrorState error={sheet.error} onRetry={() => void sheet.refetch()} />;
  const version = sheet.data?.version ?? prefill.data.report?.version ?? 0;
  return (
    <SheetFields
      key={`${kind}${prefill.data.on}${prefill.data.report?.id ?? ""}${version}`}
      prefill={prefill.data}
      written={sheet.data ?? null}
      version={version}
    />
  );
}

type SheetFieldsProps = { prefill: Prefill; written: Texts | null; version: number };

function SheetFields({ prefill, written, version }: SheetFieldsProps) {
  const t = useT("reports");
  const client = useQueryClient();
  const message = useMessage();
  const errorText = useErrorText();
  // What was typed and not saved yet is there again after a look at another page.
  const draft = draftKey("reports", `${prefill.kind}${prefill.on}`, "sheet");
  const [begun] = useState(() => {
    const found = drafts.read(draft);
    return found?.version === String(version) ? found.values : {};
  });
  const start: Texts = written ?? prefill.texts;
  const [texts, setTexts] = useState<Texts>({ ...start, ...begun });
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState<"save" | "submit" | "withdraw" | null>(null);
  const submitted = prefill.report?.status === "submitted";
  const typed = Object.fromEntries(
    TEXTS.filter((name) => texts[name] !== start[name]).map((n) => [n, texts[n]]),
  );
  useEffect(() => drafts.write(draft, submitted ? {} : typed, String(version)));
  const reload = () => client.invalidateQueries({ queryKey: [KEY] });

  async function save(): Promise<string> {
    const body = Object.fromEntries(TEXTS.map((name) => [name, texts[name]]));
    if (prefill.report) {
      const headers = { "If-Match": `"${version}"` };
      await api.patch(`/reports/${prefill.report.id}`, body, { headers });
      return prefill.report.id;
    }
    const made = { ...body, kind: prefill.kind, begins_on: prefill.on };
    const { data } = await api.post<{ id: string }>("/reports", made, {
      idempotencyKey: newIdempotencyKey(),
    });
    return data.id;
  }

  async function run(what: "save" | "submit" | "withdraw") {
    setBusy(what);
    setProblem(null);
    try {
      const id = what === "withdraw" ? (prefill.report?.id ?? "") : await save();
      if (what !== "save")
        await api.post(`/reports/${id}/${what}`, {}, { idempotencyKey: newIdempotencyKey() });
      drafts.clear(draft);
      message.success(t(`did_${what}`));
    } catch (error) {
      setProblem((error instanceof ApiError ? error.errors[0]?.message : null) ?? errorText(error));
    }
    setBusy(null);
    await reload();
  }

  return (
    <div className={styles.sheet}>
      <Card title={t("numbers")} extra={t("span", { first: prefill.first, last: prefill.last })}>
        <Figures figures={prefill.figures} />
        {submitted ? <p className={styles.none}>{t("fixed")}</p> : null}
      </Card>
      <Card
        title={t(`kind_${prefill.kind}`)}
        extra={
          <StateTag tone={submitted ? "good" : "neutral"}>{t(submitted ? "submitted" : "draft")}</StateTag>
        }
      >
        <form
          className={styles.fields}
          onSubmit={(event) => {
            event.preventDefault();
            void run("submit");
          }}
        >
          {TEXTS.map((name) => (
            <label key={name} className={styles.field}>
              <span>{t(wordOf(prefill.kind, name))}</span>
              <textarea
                rows={Math.max(2, Math.min(8, texts[name].split("\n").length + 1))}
                value={texts[name]}
                readOnly={submitted}
                maxLength={20_000}
                onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
              />
            </label>
          ))}
          <p className={styles.problem} role="alert">
            {problem}
          </p>
          <div className={styles.acts}>
            {submitted ? (
              <Button loading={busy === "withdraw"} onClick={() => void run("withdraw")}>
                {t("withdraw")}
              </Button>
            ) : (
              <>
                <Button onClick={() => setTexts(prefill.texts)}>{t("again")}</Button>
                <Button loading={busy === "save"} onClick={() => void run("save")}>
                  {t("save")}
                </Button>
                <Button type="primary" htmlType="submit" loading={busy === "submit"}>
                  {t("submit")}
                </Button>
              </>
            )}
          </div>
        </form>
        {prefill.report ? <CommentList report={prefill.report.id} /> : null}
      </Card>
    </div>
  );
}

/** What each part is called depends on the sheet: yesterday and today in the morning, this and the next period otherwise. */
export function wordOf(kind: Kind, name: TextName): string {
  return `${kind === "morning" ? "morning" : "work"}.${name}`;
}
