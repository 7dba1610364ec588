import { Popover } from "antd";
import { ChevronDown, ListFilter, Search, X } from "lucide-react";
import { lazy, type ReactNode, Suspense, useDeferredValue, useEffect, useRef, useState } from "react";
import { SkeletonLine } from "@/kit/skeleton";
import { useFormat } from "../fields/use-format";
import {
  addClause,
  clauseIndexOfField,
  clausesOf,
  type Filter,
  isLeaf,
  type Leaf,
  replaceClause,
  setFieldClause,
} from "../model/filter";
import { type FieldMeta, fieldOf, fieldsNamed, type ObjectMeta } from "../model/meta";
import styles from "./filter-bar.module.css";
import { FilterText } from "./filter-text";

const ConditionEditor = lazy(async () => ({ default: (await import("./condition-editor")).ConditionEditor }));
const AddFilter = lazy(async () => ({ default: (await import("./add-filter")).AddFilter }));
const AdvancedFilter = lazy(async () => ({ default: (await import("./advanced-filter")).AdvancedFilter }));

type PopProps = { button: ReactNode; content: (close: () => void) => ReactNode };

/** A button with a small panel under it; the panel exists only while open, so it always starts fresh. */
export function Pop({ button, content }: PopProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={<PopBody content={content} close={() => setOpen(false)} />}
    >
      {button}
    </Popover>
  );
}

function PopBody({ content, close }: Pick<PopProps, "content"> & { close: () => void }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape from anywhere inside closes the panel
    <div onKeyDown={(event) => event.key === "Escape" && close()}>
      <Suspense
        fallback={
          <div style={{ width: 260 }}>
            <SkeletonLine height={72} />
          </div>
        }
      >
        {content(close)}
      </Suspense>
    </div>
  );
}

type SearchBoxProps = { value: string; onChange: (q: string) => void; label: string };

/** Typing filters the list after a short pause; the composition of Chinese characters is waited for. */
export function SearchBox({ value, onChange, label }: SearchBoxProps) {
  const { t } = useFormat();
  const [typed, setTyped] = useState(value);
  const composing = useRef(false);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  const deferred = useDeferredValue(typed);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (deferred === value) return;
    const timer = window.setTimeout(() => !composing.current && latest.current(deferred.trim()), 250);
    return () => window.clearTimeout(timer);
  }, [deferred, value]);
  return (
    <search className={styles.search}>
      <Search size={16} aria-hidden />
      <input
        ref={input}
        type="search"
        data-list-search
        value={typed}
        placeholder={t("list.search", { label })}
        aria-label={t("list.search", { label })}
        onCompositionStart={() => {
          composing.current = true;
        }}
        onCompositionEnd={(event) => {
          composing.current = false;
          setTyped(event.currentTarget.value);
        }}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && !composing.current && onChange(typed.trim())}
      />
    </search>
  );
}

export type FilterProps = {
  meta: ObjectMeta;
  filter: Filter | null;
  onChange: (filter: Filter | null) => void;
};

export function leafOf(filter: Filter | null, field: FieldMeta): Leaf | null {
  const clause = clausesOf(filter)[clauseIndexOfField(filter, field.name)];
  return clause && isLeaf(clause) ? clause : null;
}

const INLINE = 5;

export function QuickFilters({ meta, filter, onChange }: FilterProps) {
  const fields = fieldsNamed(meta, meta.list.quick_filters);
  // More than fit in one line are found under "add filter"; one in force is always in sight.
  const shown = fields.filter((field, index) => index < INLINE || leafOf(filter, field) !== null);
  return shown.map((field) => {
    const leaf = leafOf(filter, field);
    return (
      <Pop
        key={field.name}
        button={
          <button type="button" className={styles.quick} data-on={leaf !== null} aria-haspopup="dialog">
            {field.label}
            <ChevronDown size={14} aria-hidden />
          </button>
        }
        content={(close) => (
          <ConditionEditor
            field={field}
            leaf={leaf}
            onClose={close}
            onApply={(next) => onChange(setFieldClause(filter, field.name, next))}
          />
        )}
      />
    );
  });
}

export function AddFilterButton({ meta, filter, onChange }: FilterProps) {
  const { t } = useFormat();
  const [advanced, setAdvanced] = useState(false);
  return (
    <>
      <Pop
        button={
          <button type="button" className={styles.quick} data-plain="true" aria-haspopup="dialog">
            <ListFilter size={15} aria-hidden />
            {t("filter.add")}
          </button>
        }
        content={(close) => (
          <AddFilter
            meta={meta}
            onClose={close}
            onApply={(leaf) => leaf && onChange(addClause(filter, leaf))}
            onAdvanced={() => {
              close();
              setAdvanced(true);
            }}
          />
        )}
      />
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

/** One chip for each condition that holds: its words open it, its cross takes it away. */
export function FilterChips({ meta, filter, onChange }: FilterProps) {
  const { t } = useFormat();
  const [advanced, setAdvanced] = useState(false);
  const clauses = clausesOf(filter);
  if (clauses.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label={t("filter.active")}>
      {clauses.map((clause, index) => {
        const field = isLeaf(clause) ? fieldOf(meta, clause.field) : null;
        const words = <FilterText meta={meta} filter={clause} />;
        return (
          <li key={JSON.stringify(clause)} className={styles.chip}>
            {field && isLeaf(clause) ? (
              <Pop
                button={
                  <button type="button" className={styles.chipText} aria-haspopup="dialog">
                    {words}
                  </button>
                }
                content={(close) => (
                  <ConditionEditor
                    field={field}
                    leaf={clause}
                    onClose={close}
                    onApply={(next) => onChange(replaceClause(filter, index, next))}
                  />
                )}
              />
            ) : (
              <button type="button" className={styles.chipText} onClick={() => setAdvanced(true)}>
                {words}
              </button>
            )}
            <button
              type="button"
              className={styles.chipOff}
              aria-label={t("filter.remove")}
              onClick={() => onChange(replaceClause(filter, index, null))}
            >
              <X size={13} aria-hidden />
            </button>
          </li>
        );
      })}
      <li>
        <button type="button" className={styles.clear} onClick={() => onChange(null)}>
          {t("filter.clear")}
        </button>
      </li>
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
    </ul>
  );
}
