import { useT } from "@/i18n/index";
import { SelectField } from "@/kit/field";
import type { Mailbox } from "./mailbox";
import styles from "./me.module.css";

type Rhythm = Pick<Mailbox, "daily" | "digest_hour" | "quiet_from" | "quiet_to">;
type MailRhythmProps = { box: Mailbox; onChange: (values: Rhythm) => Promise<void> };

const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${String(hour).padStart(2, "0")}:00`,
}));

/** As things happen, or once a day; and the hours in which nothing comes. Saved with each choice. */
export function MailRhythm({ box, onChange }: MailRhythmProps) {
  const t = useT("me");
  const { daily, digest_hour, quiet_from, quiet_to } = box;
  const put = (change: Partial<Rhythm>) =>
    void onChange({ daily, digest_hour, quiet_from, quiet_to, ...change });
  const quiet = quiet_from !== null && quiet_to !== null;
  return (
    <div className={styles.form}>
      <SelectField
        label={t("mail.when")}
        value={daily ? "daily" : "now"}
        options={[
          { value: "now", label: t("mail.now") },
          { value: "daily", label: t("mail.daily") },
        ]}
        onValue={(value) => put({ daily: value === "daily" })}
      />
      {daily ? (
        <SelectField
          label={t("mail.digestHour")}
          value={String(digest_hour)}
          options={HOURS}
          onValue={(value) => put({ digest_hour: Number(value) })}
        />
      ) : (
        <>
          <SelectField
            label={t("mail.quietFrom")}
            hint={t("mail.quietHint")}
            value={quiet ? String(quiet_from) : ""}
            options={[{ value: "", label: t("mail.noQuiet") }, ...HOURS]}
            onValue={(value) =>
              put(
                value === ""
                  ? { quiet_from: null, quiet_to: null }
                  : { quiet_from: Number(value), quiet_to: quiet_to ?? 8 },
              )
            }
          />
          {quiet ? (
            <SelectField
              label={t("mail.quietTo")}
              value={String(quiet_to)}
              options={HOURS}
              onValue={(value) => put({ quiet_to: Number(value) })}
            />
          ) : null}
        </>
      )}
    </div>
  );
}
