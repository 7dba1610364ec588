import { CalendarDays, Kanban, Layers, type LucideIcon, Table2 } from "lucide-react";
import { PopoverMenu } from "@/kit/popover-menu";
import { useIsPhone } from "@/kit/use-is-phone";
import { useFormat } from "../fields/use-format";
import { LAYOUTS, type Layout } from "../model/layout-options";
import type { ObjectMeta } from "../model/meta";
import styles from "./list.module.css";

const ICONS: Record<Layout, LucideIcon> = {
  table: Table2,
  groups: Layers,
  board: Kanban,
  calendar: CalendarDays,
};

type LayoutSwitchProps = { meta: ObjectMeta; layout: Layout; onPick: (layout: Layout) => void };

/** The same list as table, groups, board or calendar: side by side where there is room, behind one button on a phone. */
export function LayoutSwitch({ meta, layout, onPick }: LayoutSwitchProps) {
  const { t } = useFormat();
  const phone = useIsPhone();
  const layouts = LAYOUTS.filter((one) => meta.layouts.includes(one));
  if (layouts.length < 2) return null;
  if (phone) {
    const Icon = ICONS[layout];
    return (
      <PopoverMenu
        label={t("layout.switch")}
        className={styles.icon}
        trigger={<Icon size={17} aria-hidden />}
        items={layouts.map((one) => {
          const Shown = ICONS[one];
          return {
            key: one,
            label: t(`layout.${one}`),
            icon: <Shown size={16} aria-hidden />,
            checked: one === layout,
            run: () => onPick(one),
          };
        })}
      />
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form's
    <div className={styles.layouts} role="group" aria-label={t("layout.switch")}>
      {layouts.map((one) => {
        const Icon = ICONS[one];
        return (
          <button
            key={one}
            type="button"
            className={styles.icon}
            aria-pressed={one === layout}
            aria-label={t(`layout.${one}`)}
            title={t(`layout.${one}`)}
            onClick={() => onPick(one)}
          >
            <Icon size={17} aria-hidden />
          </button>
        );
      })}
    </div>
  );
}
