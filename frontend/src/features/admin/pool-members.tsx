import { Checkbox, Select } from "antd";
import { UsersRound } from "lucide-react";
import { useState } from "react";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { RecordPicker } from "@/kit/record-picker";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMeta } from "@/objects/data/meta";
import styles from "./admin.module.css";
import { MemberItem } from "./member-item";
import poolStyles from "./pools.module.css";
import { SaveBar } from "./save-bar";
import { useDocument } from "./use-document";

const KINDS = { department: "departments", team: "teams", user: "users" } as const;
type Kind = keyof typeof KINDS;
type Member = { member_kind: Kind; member: Ref; manages: boolean; regions: string[]; industries: string[] };
type Members = { items: Member[] };

/** Whom a pool is open to: people, departments with all below them, teams. */
export function PoolMembers({ id }: { id: string }) {
  const t = useT("admin");
  const [kind, setKind] = useState<Kind>("department");
  const document = useDocument<Members>(`/pools/${id}/members`, (value) => ({
    members: value.items.map((item) => ({ ...item, member: item.member.id })),
  }));
  if (document.error) return <ErrorState error={document.error} onRetry={document.reload} />;
  const members = document.value?.items;
  if (!members) return <SkeletonRows rows={4} />;
  const put = (items: Members["items"]) => document.change({ items });
  const nameOf = (member: Ref) => member.label ?? t("pools.gone");
  return (
    <div className={poolStyles.members}>
      <Card title={t("pools.members")} flush>
        {members.length === 0 ? (
          <EmptyState icon={UsersRound} title={t("pools.nobody")} text={t("pools.nobodyText")} />
        ) : (
          <ul>
            {members.map((item) => (
              <MemberItem
                key={item.member.id}
                name={nameOf(item.member)}
                removeLabel={t("pools.remove", { name: nameOf(item.member) })}
                onRemove={() => put(members.filter((other) => other !== item))}
              >
                <MemberAreas
                  item={item}
                  name={nameOf(item.member)}
                  onChange={(next) => put(members.map((other) => (other === item ? next : other)))}
                />
                <span className={poolStyles.aside}>{t(`pools.kind_${item.member_kind}`)}</span>
              </MemberItem>
            ))}
          </ul>
        )}
        <div className={styles.addRow}>
          <select
            className={poolStyles.kind}
            aria-label={t("pools.kind")}
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
          >
            {Object.keys(KINDS).map((one) => (
              <option key={one} value={one}>
                {t(`pools.kind_${one}`)}
              </option>
            ))}
          </select>
          <RecordPicker
            key={kind}
            className={styles.grow}
            object={KINDS[kind]}
            label={t("pools.add")}
            value={[]}
            onChange={(_, [found]) => {
              if (!found || members.some((item) => item.member.id === found.id)) return;
              const member = { id: found.id, label: found.label };
              put([...members, { member_kind: kind, member, manages: false, regions: [], industries: [] }]);
            }}
          />
        </div>
      </Card>
      <SaveBar document={document} />
    </div>
  );
}

type MemberAreasProps = { item: Member; name: string; onChange: (item: Member) => void };

/** Whether these members manage the pool, and which regions and industries they work (for distribution by area). */
function MemberAreas({ item, name, onChange }: MemberAreasProps) {
  const t = useT("admin");
  const { data: meta } = useMeta("customers");
  const industries = meta?.fields.find((field) => field.name === "industry")?.choices ?? [];
  return (
    <span className={poolStyles.areas}>
      <Checkbox
        checked={item.manages}
        onChange={(event) => onChange({ ...item, manages: event.target.checked })}
      >
        {t("pools.manages")}
      </Checkbox>
      <Select
        mode="tags"
        maxTagCount={2}
        aria-label={t("pools.regionsOf", { name })}
        placeholder={t("pools.regions")}
        value={item.regions}
        onChange={(regions: string[]) => onChange({ ...item, regions })}
        options={[]}
      />
      <Select
        mode="multiple"
        maxTagCount={2}
        aria-label={t("pools.industriesOf", { name })}
        placeholder={t("pools.industries")}
        value={item.industries}
        onChange={(codes: string[]) => onChange({ ...item, industries: codes })}
        options={industries.map((choice) => ({ value: choice.value, label: choice.label }))}
      />
    </span>
  );
}
