import { ListFilter } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { SidePanel } from "@/kit/side-panel";
import { SkeletonLine } from "@/kit/skeleton";
import { useFormat } from "../fields/use-format";
import { addClause, clausesOf, setFieldClause } from "../model/filter";
import { fieldsNamed } from "../model/meta";
import { FilterChips, type FilterProps, leafOf } from "./filter-bar";
import styles from "./filter-bar.module.css";

const ConditionEditor = lazy(async () => ({
  default: (await import("./condition-editor")).ConditionEditor,
}));
const AddFilter = lazy(async () => ({ default: (await import("./add-filter")).AddFilter }));
const AdvancedFilter = lazy(async () => ({ default: (await import("./advanced-filter")).AdvancedFilter }));

/** On a phone all filters stand on one sheet, folded, with the number of those in force on its button. */
export function FilterSheet(props: FilterProps) {
  const { meta, filter, onChange } = props;
  const { t } = useFormat();
  const [open, setOpen] = useState(false);
  const [advanced, setAdvanced] = useState(false);
  const count = clausesOf(filter).length;
  const close = () => setOpen(false);
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
      <SidePanel open={open} onClose={close} title={t("filter.open")}>
        <div className={styles.rows}>
          <FilterChips {...props} />
          <Suspense fallback={<SkeletonLine height={72} />}>
            {fieldsNamed(meta, meta.list.quick_filters).map((field) => (
              <details key={field.name} className={styles.fold} name="filter">
                <summary>{field.label}</summary>
                <ConditionEditor
                  key={JSON.stringify(leafOf(filter, field))}
                  field={field}
                  leaf={leafOf(filter, field)}
                  onClose={close}
                  onApply={(next) => onChange(setFieldClause(filter, field.name, next))}
                />
              </details>
            ))}
            <details className={styles.fold} name="filter">
              <summary>{t("filter.add")}</summary>
              <AddFilter
                meta={meta}
                onClose={close}
                onApply={(leaf) => leaf && onChange(addClause(filter, leaf))}
                onAdvanced={() => {
                  close();
                  setAdvanced(true);
                }}
              />
            </details>
          </Suspense>
        </div>
      </SidePanel>
      {advanced ? (
        <Suspense fallback={null}>
          <AdvancedFilter
            meta={meta}
            filter={filter}
            onChange={onChange}
            onClose={() => setAdvanced(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}
