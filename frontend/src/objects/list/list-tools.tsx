import { Columns3, Trash2 } from "lucide-react";
import { lazy } from "react";
import { useIsPhone } from "@/kit/use-is-phone";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta } from "../model/meta";
import type { ListState } from "../model/view-state";
import { AddFilterButton, FilterChips, Pop, QuickFilters, SearchBox } from "./filter-bar";
import barStyles from "./filter-bar.module.css";
import { FilterSheet } from "./filter-sheet";
import { LayoutSwitch } from "./layout-switch";
import styles from "./list.module.css";
import { rememberColumns, type Shown } from "./use-list-state";
import type { ObjectList } from "./use-object-list";

const ColumnChooser = lazy(async () => ({ default: (await import("./column-chooser")).ColumnChooser }));

type ListToolsProps = {
  meta: ObjectMeta;
  state: ListState;
  shown: Shown;
  set: (change: Partial<ListState>) => void;
  listing: ObjectList;
};

export function ListTools({ meta, state, shown, set, listing }: ListToolsProps) {
  const { t } = useFormat();
  const phone = useIsPhone();
  const filters = { meta, filter: state.filter, onChange: (filter: ListState["filter"]) => set({ filter }) };
  const table = shown.layout === "table";
  return (
    <>
      <div className={styles.tools}>
        <div className={styles.line}>
          <div className={barStyles.bar} style={phone ? { flex: 1, flexWrap: "nowrap" } : undefined}>
            <SearchBox value={state.q} label={meta.label_plural} onChange={(q) => set({ q })} />
            {phone ? (
              <FilterSheet {...filters} />
            ) : (
              <>
                <QuickFilters {...filters} />
                <AddFilterButton {...filters} />
              </>
            )}
          </div>
          <div className={styles.side}>
            {table ? <Count listing={listing} /> : null}
            {state.deleted ? null : (
              <LayoutSwitch meta={meta} layout={shown.layout} onPick={(layout) => set({ layout })} />
            )}
            {phone ? null : (
              <Pop
                button={
                  <button
                    type="button"
                    className={styles.icon}
                    aria-label={t("columns.title")}
                    title={t("columns.title")}
                    aria-haspopup="dialog"
                  >
                    <Columns3 size={17} aria-hidden />
                  </button>
                }
                content={() => (
                  <ColumnChooser
                    meta={meta}
                    columns={shown.columns}
                    onChange={(columns) => {
                      if (!shown.view?.saved) rememberColumns(meta.name, columns);
                      set({ columns });
                    }}
                  />
                )}
              />
            )}
            {phone || !table ? null : (
              <button
                type="button"
                className={styles.icon}
                aria-pressed={state.deleted}
                aria-label={t("bin.title")}
                title={t("bin.title")}
                onClick={() => set({ deleted: !state.deleted })}
              >
                <Trash2 size={16} aria-hidden />
              </button>
            )}
          </div>
        </div>
        <FilterChips {...filters} />
      </div>
      {state.deleted ? (
        <p className={styles.bin} role="status">
          {t("bin.text")}
          <button type="button" className={barStyles.clear} onClick={() => set({ deleted: false })}>
            {t("bin.leave")}
          </button>
        </p>
      ) : null}
    </>
  );
}

/** Known for free once all is loaded; otherwise counted only when somebody wants to know. */
function Count({ listing }: { listing: ObjectList }) {
  const { t } = useFormat();
  const { total, counting, askTotal, rows } = listing;
  if (total) {
    const words = t(total.exact ? "list.total" : "list.total_about", {
      total: total.total.toLocaleString("en-US"),
    });
    return (
      <span className={styles.count} role="status">
        {words}
      </span>
    );
  }
  if (rows.length === 0) return null;
  return (
    <button type="button" className={styles.count} disabled={counting} onClick={askTotal}>
      {counting ? t("list.counting") : t("list.count")}
    </button>
  );
}
