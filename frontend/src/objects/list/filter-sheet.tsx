import { ListFilter } from "lucide-react";
import { useState } from "react";
import { SidePanel } from "@/kit/side-panel";
import { useFormat } from "../fields/use-format";
import { clausesOf } from "../model/filter";
import { AddFilterButton, FilterChips, type FilterProps, QuickFilters } from "./filter-bar";
import styles from "./filter-bar.module.css";

/** On a phone all filters stand on one sheet, with the number of those in force on its button. */
export function FilterSheet(props: FilterProps) {
  const { t } = useFormat();
  const [open, setOpen] = useState(false);
  const count = clausesOf(props.filter).length;
  return (
    <>
      <button
        type="button"
        className={styles.quick}
        data-on={count > 0}
        onClick={() => setOpen(true)}
        aria-label={t("filter.open")}
      >
        <ListFilter size={16} aria-hidden />
        {count > 0 ? count : null}
      </button>
      <SidePanel open={open} onClose={() => setOpen(false)} title={t("filter.open")}>
        <div className={styles.rows}>
          <FilterChips {...props} />
          <div className={styles.bar}>
            <QuickFilters {...props} />
            <AddFilterButton {...props} />
          </div>
        </div>
      </SidePanel>
    </>
  );
}
