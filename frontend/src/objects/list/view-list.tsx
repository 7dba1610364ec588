import {
  ArrowLeft,
  ArrowRight,
  Check,
  Copy,
  House,
  MoreHorizontal,
  Pencil,
  Pin,
  PinOff,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import type { PopoverItem } from "@/kit/popover-menu";
import { useMessage } from "@/kit/use-message";
import { useViewWrites } from "../data/views";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, ViewMeta } from "../model/meta";
import { copyOf, movePinned } from "../model/saved-view";
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
    const { label: name, shared = null, shared_change = false } = view;
    const again = { ...copyOf(view), name, shared, shared_change };
    message.action(t("view.deleted", { name }), t("edit.undo"), () => {
      writes.create(again).catch(message.error);
    });
  }

  // Under its own line: a menu over a list that scrolls would be cut off.
  const [opened, setOpened] = useState<string | null>(null);
  const pinned = meta.arrangement?.pinned ?? [];
  const run = (work: Promise<unknown>) => void work.catch(message.error);
  function itemsOf(view: ViewMeta): PopoverItem[] {
    const isPinned = pinned.includes(view.key);
    const isDefault = meta.arrangement?.default === view.key;
    const pin = isPinned ? pinned.filter((key) => key !== view.key) : [...pinned, view.key];
    const items: (PopoverItem | false)[] = [
      {
        key: "pin",
        label: t(isPinned ? "view.unpin" : "view.pin"),
        icon: isPinned ? <PinOff size={14} aria-hidden /> : <Pin size={14} aria-hidden />,
        run: () => run(writes.arrange({ pinned: pin })),
      },
      isPinned && {
        key: "earlier",
        label: t("view.earlier"),
        icon: <ArrowLeft size={14} aria-hidden />,
        run: () => run(writes.arrange({ pinned: movePinned(pinned, view.key, -1) })),
      },
      isPinned && {
        key: "later",
        label: t("view.later"),
        icon: <ArrowRight size={14} aria-hidden />,
        run: () => run(writes.arrange({ pinned: movePinned(pinned, view.key, 1) })),
      },
      {
        key: "default",
        label: t(isDefault ? "view.no_default" : "view.make_default"),
        icon: <House size={14} aria-hidden />,
        run: () => run(writes.arrange({ default: isDefault ? null : view.key })),
      },
      {
        key: "copy",
        label: t("view.duplicate"),
        icon: <Copy size={14} aria-hidden />,
        divided: true,
        run: () =>
          run(writes.create({ ...copyOf(view), name: t("view.copy_of", { name: view.label }) }).then(onPick)),
      },
      view.can_share === true && {
        key: "edit",
        label: t("view.edit_short"),
        icon: <Pencil size={14} aria-hidden />,
        run: () => onEdit(view),
      },
      view.can_share === true && {
        key: "delete",
        label: t("action.delete"),
        icon: <Trash2 size={14} aria-hidden />,
        danger: true,
        run: () => void remove(view),
      },
    ];
    return items.filter((item): item is PopoverItem => item !== false);
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
                  {pinned.includes(view.key) ? (
                    <Pin size={12} className={styles.mark} role="img" aria-label={t("view.pinned")} />
                  ) : null}
                  {view.default ? (
                    <House size={12} className={styles.mark} role="img" aria-label={t("view.default")} />
                  ) : null}
                  <SharedMark view={view} />
                  {view.key === current?.key ? (
                    <Check size={14} className={styles.check} aria-hidden />
                  ) : null}
                </button>
                <button
                  type="button"
                  className={styles.tool}
                  aria-label={t("view.more_of", { name: view.label })}
                  aria-expanded={opened === view.key}
                  onClick={() => setOpened(opened === view.key ? null : view.key)}
                >
                  <MoreHorizontal size={15} aria-hidden />
                </button>
                {opened === view.key ? (
                  <ul className={styles.actions}>
                    {itemsOf(view).map((item) => (
                      <li key={item.key}>
                        <button
                          type="button"
                          className={styles.action}
                          data-danger={item.danger}
                          onClick={item.run}
                        >
                          {item.icon}
                          {item.label}
                        </button>
                      </li>
                    ))}
                  </ul>
                ) : null}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
