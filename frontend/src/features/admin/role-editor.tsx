import { useQuery } from "@tanstack/react-query";
import { Tabs } from "antd";
import { useT } from "@/i18n/index";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { FieldRules } from "./field-rules";
import { GrantMatrix } from "./grant-matrix";
import { catalogueQuery, type Grants } from "./queries";
import { SaveBar } from "./save-bar";
import { useDocument } from "./use-document";

export function RoleEditor({ id }: { id: string }) {
  const t = useT("admin");
  const catalogue = useQuery(catalogueQuery);
  const document = useDocument<Grants>(`/roles/${id}/grants`, ({ grants, field_rules }) => ({
    grants,
    field_rules,
  }));
  const error = catalogue.error ?? document.error;
  if (error) return <ErrorState error={error} onRetry={document.reload} />;
  const { value } = document;
  if (!catalogue.data || !value) return <SkeletonRows rows={8} />;
  return (
    <div>
      <Tabs
        items={[
          {
            key: "grants",
            label: t("roles.grants"),
            children: (
              <GrantMatrix
                catalogue={catalogue.data}
                grants={value.grants}
                onChange={(grants) => document.change({ ...value, grants })}
              />
            ),
          },
          {
            key: "fields",
            label: t("roles.fields"),
            children: (
              <FieldRules
                catalogue={catalogue.data}
                rules={value.field_rules}
                onChange={(field_rules) => document.change({ ...value, field_rules })}
              />
            ),
          },
        ]}
      />
      <SaveBar document={document} />
    </div>
  );
}
