import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useLocale } from "@/i18n/index";

const rulesQuery = (locale: string) =>
  queryOptions({
    queryKey: ["password-rules", locale],
    queryFn: async ({ signal }) =>
      (await api.get<{ text: string }>("/auth/password-rules", { signal })).data.text,
    staleTime: 60_000,
    retry: false,
  });

/** What a password has to be, in the words of the company's profile. */
export function usePasswordRules(): string {
  return useQuery(rulesQuery(useLocale())).data ?? "";
}
