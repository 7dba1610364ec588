import { ChevronDown, Kanban, Users } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useIsPhone } from "@/kit/use-is-phone";
import { useMessage } from "@/kit/use-message";
import { useViewWrites } from "../data/views";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, ViewMeta } from "../model/meta";
import { arrangeViews, builtIn } from "../model/saved-view";
import { Pop } from "./filter-bar";
import styles from "./views.module.css";

const ViewDialog = lazy(async () => ({ default: (await import("./view-dialog")).ViewDialog }));
const ViewList = lazy(async () => ({ default: (await import("./view-list")).ViewList }));

type ViewSwitchProps = {
  meta: ObjectMeta;
  current: ViewMeta | null;
  /** Nothing to pick: the list without any view. */
  onPick: (view: ViewMeta | null) => void;
};

/** The built-in views and one's own as tabs, the rest behind one button; on a phone all of them behind it. */
export function ViewSwitch({ meta, current, onPick }: ViewSwitchProps) {
  const { t } = useFormat();
  const phone = useIsPhone();
  const message = useMessage();
  const writes = useViewWrites(meta.name);
  const [editing, setEditing] = useState<ViewMeta | null>(null);
  if (meta.views.length === 0 || (meta.views.length === 1 && !meta.views[0]?.saved)) return <span />;
  const { tabs, more } = arrangeViews(meta.views, phone, meta.arrangement?.pinned);
  const unviewed = builtIn(meta.views).length === 0;
  const behind = tabs.some((view) => view.key === current?.key) ? null : current;
  return (
    <nav className={styles.views} aria-label={t("list.views")}>
      <div className={styles.tabs}>
        {unviewed ? (
          <button
            type="button"
            className={styles.view}
            aria-current={current ? undefined : "page"}
            onClick={() => onPick(null)}
          >
            {t("list.all_of", { label: meta.label_plural })}
          </button>
        ) : null}
        {tabs.map((view) => (
          <button
            key={view.key}
            type="button"
            className={styles.view}
            aria-current={view.key === current?.key ? "page" : undefined}
            onClick={() => onPick(view)}
          >
            <LayoutMark meta={meta} view={view} />
            {view.label}
            <SharedMark view={view} />
          </button>
        ))}
      </div>
      {more.length > 0 ? (
        <Pop
          button={
            <button
              type="button"
              className={styles.view}
              aria-current={behind ? "page" : undefined}
              aria-haspopup="dialog"
            >
              <span className={styles.name}>{behind?.label ?? t("list.more_views")}</span>
              {behind ? <SharedMark view={behind} /> : null}
              <ChevronDown size={14} aria-hidden />
            </button>
          }
          content={(close) => (
            <ViewList
              meta={meta}
              views={more}
              current={current}
              onPick={(view) => {
                close();
                onPick(view);
              }}
              onEdit={(view) => {
                close();
                setEditing(view);
              }}
              onLeave={() => onPick(null)}
            />
          )}
        />
      ) : null}
      {editing ? (
        <Suspense fallback={null}>
          <ViewDialog
            title={t("view.edit_short")}
            name={editing.label}
            shared={editing.shared ?? null}
            sharedChange={editing.shared_change ?? false}
            run={async (values) => {
              const saved = await writes.change(editing.key, values, editing.version);
              message.success(t("view.updated", { name: saved.label }));
            }}
            onClose={() => setEditing(null)}
          />
        </Suspense>
      ) : null}
    </nav>
  );
}

/** A view that opens as a board looks like one before it is opened. */
export function LayoutMark({ meta, view }: { meta: ObjectMeta; view: ViewMeta }) {
  if (view.layout !== "board" || !meta.layouts.includes("board")) return null;
  return <Kanban size={14} className={styles.mark} aria-hidden />;
}

/** Others see this view too. */
export function SharedMark({ view }: { view: ViewMeta }) {
  const { t } = useFormat();
  if (!view.shared) return null;
  return <Users size={13} className={styles.mark} role="img" aria-label={t("view.shared")} />;
}
