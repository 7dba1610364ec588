import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { PhoneCall } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useGo } from "@/kit/use-go";
import { useHotkey } from "@/kit/use-hotkey";
import { type Line, worklistQuery } from "./queries";
import { useWhose } from "./use-whose";
import { TeamInstead, WhoseSelect } from "./whose-select";
import styles from "./worklist.module.css";
import { type Doing, WorklistLine } from "./worklist-line";

const MOST = 200;

/** Whom to contact today and why, best first; worked through from the keyboard or with a thumb. */
export function WorklistPage() {
  const t = useT("worklist");
  const go = useGo();
  const { whose, team, own } = useWhose();
  const list = useQuery({
    ...worklistQuery(whose, MOST),
    placeholderData: keepPreviousData,
  });
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState<{ id: string; doing: Doing } | null>(null);
  const rows = useRef(new Map<string, HTMLLIElement>());
  const items = list.data?.items ?? [];
  const current = Math.min(at, Math.max(0, items.length - 1));

  function focusLine(index: number) {
    const line = items[Math.max(0, Math.min(items.length - 1, index))];
    if (!line) return;
    setAt(items.indexOf(line));
    rows.current.get(line.id)?.focus();
  }
  useHotkey("j", () =>
    focusLine(document.activeElement?.closest("[data-worklist] li") ? current + 1 : current),
  );
  useHotkey("k", () => focusLine(current - 1));

  function keyDown(event: KeyboardEvent<HTMLLIElement>, line: Line) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const doing: Doing | null =
      event.key === "Enter"
        ? { kind: "note", picked: null }
        : /^[1-9]$/.test(event.key)
          ? { kind: "note", picked: Number(event.key) }
          : own && event.key === "p"
            ? { kind: "postpone" }
            : own && event.key === "s"
              ? { kind: "skip" }
              : null;
    if (doing) setOpen({ id: line.id, doing });
    else if (event.key === "o") go(`/${line.object}/${line.id}`);
    else return;
    event.preventDefault();
  }

  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        sub={list.data ? t("sub", { count: list.data.total }) : t("subIdle")}
        actions={<WhoseSelect />}
      />
      {list.isPending ? <SkeletonRows rows={8} /> : null}
      {list.isError ? <ErrorState error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.data && items.length === 0 ? (
        <EmptyState
          icon={PhoneCall}
          title={t("empty")}
          text={t("emptyText")}
          action={
            <>
              <TeamInstead />
              <AppLink path="/customers">{t("next")}</AppLink>
            </>
          }
        />
      ) : null}
      {items.length > 0 ? (
        <>
          <Card flush>
            <ol
              className={styles.list}
              data-worklist="true"
              aria-label={t("title")}
              aria-busy={list.isPlaceholderData}
            >
              {items.map((line, index) => (
                <WorklistLine
                  key={line.id}
                  ref={(element) => {
                    if (element) rows.current.set(line.id, element);
                    else rows.current.delete(line.id);
                  }}
                  line={line}
                  withOwner={team}
                  readOnly={!own}
                  tabIndex={index === current ? 0 : -1}
                  onFocus={() => setAt(index)}
                  onKeyDown={(event) => keyDown(event, line)}
                  doing={open?.id === line.id ? open.doing : null}
                  onDo={(doing) => setOpen(doing ? { id: line.id, doing } : null)}
                  onDone={() => {
                    setOpen(null);
                    focusLine(index + 1);
                  }}
                />
              ))}
            </ol>
          </Card>
          <p className={styles.keys}>{t("keys")}</p>
        </>
      ) : null}
    </div>
  );
}
