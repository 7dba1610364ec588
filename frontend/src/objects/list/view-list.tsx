import { Check, Pencil, Trash2 } from "lucide-react";
import { useMessage } from "@/kit/use-message";
import { useViewWrites } from "../data/views";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, ViewMeta } from "../model/meta";
import { LayoutMark, SharedMark } from "./view-switch";
import styles from "./views.module.css";

type ViewListProps = {
  meta: ObjectMeta;
  views: ViewMeta[];
  current: ViewMeta | null;
  onPick: (view: ViewMeta) => void;
  onEdit: (view: ViewMeta) => void;
  /** The view that is shown is no more. */
  onLeave: () => void;
};

/** Views to choose from, one's own with what can be done with them. */
export function ViewList({ meta, views, current, onPick, onEdit, onLeave }: ViewListProps) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useViewWrites(meta.name);
  const groups = [
    { label: t("view.mine"), views: views.filter((view) => view.mine) },
    { label: t("view.of_others"), views: views.filter((view) => view.saved && !view.mine) },
    { label: t("view.built_in"), views: views.filter((view) => !view.saved) },
  ].filter((group) => group.views.length > 0);

  async function remove(view: ViewMeta) {
    try {
      await writes.remove(view.key);
    } catch (error) {
      return message.error(error);
    }
    if (view.key === current?.key) onLeave();
    const { label: name, filter, sort, columns, shared = null } = view;
    const layout = view.layout === "board" ? ("board" as const) : ("table" as const);
    const again = { name, filter, sort: sort ?? "", columns, layout, shared };
    message.action(t("view.deleted", { name }), t("edit.undo"), () => {
      writes.create(again).catch(message.error);
    });
  }

  return (
    <div className={styles.list}>
      {groups.map((group) => (
        <section key={group.label} aria-label={group.label}>
          {groups.length > 1 || group.views[0]?.saved ? (
            <h3 className={styles.group}>{group.label}</h3>
          ) : null}
          <ul>
            {group.views.map((view) => (
              <li key={view.key} className={styles.item}>
                <button
                  type="button"
                  className={styles.pick}
                  aria-current={view.key === current?.key ? "page" : undefined}
                  onClick={() => onPick(view)}
                >
                  <LayoutMark meta={meta} view={view} />
                  <span className={styles.name}>{view.label}</span>
                  <SharedMark view={view} />
                  {view.key === current?.key ? (
                    <Check size={14} className={styles.check} aria-hidden />
                  ) : null}
                </button>
                {view.mine ? (
                  <>
                    <button
                      type="button"
                      className={styles.tool}
                      aria-label={t("view.edit", { name: view.label })}
                      title={t("view.edit_short")}
                      aria-haspopup="dialog"
                      onClick={() => onEdit(view)}
                    >
                      <Pencil size={14} aria-hidden />
                    </button>
                    <button
                      type="button"
                      className={styles.tool}
                      aria-label={t("view.delete", { name: view.label })}
                      title={t("action.delete")}
                      onClick={() => void remove(view)}
                    >
                      <Trash2 size={14} aria-hidden />
                    </button>
                  </>
                ) : null}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
