import { Button } from "antd";
import type { ImportRun } from "@/api/types";
import { comma } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import { type MappingChange, useImportWrites } from "../data/imports";
import { useFormat } from "../fields/use-format";
import barStyles from "../list/filter-bar.module.css";
import type { ObjectMeta } from "../model/meta";
import styles from "./import.module.css";
import { doubled, keyMissing, missingRequired } from "./mapping-rules";

type MappingStepProps = { meta: ObjectMeta; run: ImportRun; onAgain: () => void; onCheck: () => void };

/** Which column feeds which field. The server guesses; what it guessed by is said, so that it can be trusted or mended. */
export function MappingStep({ meta, run, onAgain, onCheck }: MappingStepProps) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useImportWrites();
  const change = (what: MappingChange) => writes.change(run.id, what).catch(message.error);
  const missing = missingRequired(run, run.columns);
  const twice = doubled(run.columns).map(
    (name) => run.fields.find((field) => field.name === name)?.label ?? name,
  );
  const noKey = keyMissing(run, run.columns);
  const modes = meta.import?.modes ?? ["create", "update", "both"];

  return (
    <section className={styles.card} aria-label={t("import.step_mapping")}>
      <div className={styles.line}>
        <b>{run.file.name}</b>
        <span className={styles.muted}>{t("import.rows", { count: run.rows })}</span>
        {run.sheets.length > 1 ? (
          <label className={styles.field}>
            {t("import.sheet")}
            <select
              className={barStyles.native}
              value={run.sheet}
              onChange={(event) => void change({ sheet: event.target.value })}
            >
              {run.sheets.map((sheet) => (
                <option key={sheet}>{sheet}</option>
              ))}
            </select>
          </label>
        ) : null}
        <label className={styles.field}>
          {t("import.header_row")}
          <input
            className={barStyles.native}
            type="number"
            min={1}
            max={50}
            defaultValue={run.header_row}
            onBlur={(event) => {
              const row = Number(event.target.value);
              if (row >= 1 && row !== run.header_row) void change({ header_row: row });
            }}
          />
        </label>
        <Button size="small" className={styles.push ?? ""} onClick={onAgain}>
          {t("import.other_file")}
        </Button>
      </div>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("import.column")}</th>
              <th scope="col">{t("import.samples")}</th>
              <th scope="col">{t("import.field")}</th>
              <th scope="col">{t("import.guess")}</th>
            </tr>
          </thead>
          <tbody>
            {run.columns.map((column) => (
              <tr key={column.index}>
                <td className={column.field ? undefined : styles.unmapped}>
                  {column.header || t("import.no_header", { index: column.index + 1 })}
                </td>
                <td className={styles.sample}>{column.samples.filter(Boolean).slice(0, 3).join(comma())}</td>
                <td>
                  <select
                    className={barStyles.native}
                    aria-label={t("import.field_of", { column: column.header })}
                    value={column.field ?? ""}
                    onChange={(event) =>
                      void change({ mapping: { [column.index]: event.target.value || null } })
                    }
                  >
                    <option value="">{t("import.skip")}</option>
                    {run.fields.map((field) => (
                      <option key={field.name} value={field.name}>
                        {field.required ? `${field.label} *` : field.label}
                      </option>
                    ))}
                  </select>
                </td>
                <td>
                  {column.field ? (
                    <span className={styles.badge} data-guess={column.guess}>
                      {t(`import.guess_${column.guess}`)}
                    </span>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.line}>
        <fieldset className={styles.modes}>
          <legend>{t("import.mode")}</legend>
          {modes.map((mode) => (
            <label key={mode}>
              <input
                type="radio"
                name="import-mode"
                checked={run.mode === mode}
                onChange={() => void change({ mode })}
              />
              {t(`import.mode_${mode}`, { label: meta.label })}
            </label>
          ))}
        </fieldset>
        {run.mode === "create" ? null : (
          <label className={styles.field}>
            {t("import.key")}
            <select
              className={barStyles.native}
              value={run.key ?? ""}
              onChange={(event) => void change({ key: event.target.value || null })}
            >
              <option value="">{t("import.key_none")}</option>
              {run.keys.map((key) => (
                <option key={key.name} value={key.name}>
                  {key.label}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {missing.length > 0 ? (
        <p className={styles.warn} role="status">
          {t("import.missing", { fields: missing.join(comma()) })}
        </p>
      ) : null}
      {twice.length > 0 ? (
        <p className={styles.warn} role="status">
          {t("import.doubled", { fields: twice.join(comma()) })}
        </p>
      ) : null}
      {noKey ? (
        <p className={styles.warn} role="status">
          {t("import.key_missing")}
        </p>
      ) : null}
      <div className={styles.line}>
        <span className={styles.muted}>{t("import.check_text")}</span>
        <Button
          type="primary"
          className={styles.push ?? ""}
          disabled={missing.length + twice.length > 0 || noKey}
          onClick={onCheck}
        >
          {t("import.check")}
        </Button>
      </div>
    </section>
  );
}
