import {
  Building2,
  CakeSlice,
  CalendarDays,
  ChartColumn,
  ChartNoAxesCombined,
  CircleDot,
  Group,
  House,
  type LucideIcon,
  MessageSquareText,
  PhoneCall,
  Sprout,
  SquareCheckBig,
  Target,
  UserRound,
  Waves,
} from "lucide-react";
import { lazy, Suspense } from "react";

const MoreIcon = lazy(() => import("./more-icons"));

/** What the menu shows before anything is opened; all others come with the first that is wanted. */
const ICONS: Record<string, LucideIcon> = {
  home: House,
  analysis: ChartNoAxesCombined,
  customers: Building2,
  segments: Group,
  contacts: UserRound,
  leads: Sprout,
  opportunities: Target,
  pool: Waves,
  interactions: MessageSquareText,
  tasks: SquareCheckBig,
  calendar: CalendarDays,
  worklist: PhoneCall,
  care: CakeSlice,
  reports: ChartColumn,
};

export type ObjectIconProps = { name: string | null | undefined; size?: number };

/** The names the server may use; an unknown one gets a neutral dot, never a gap. */
export function ObjectIcon({ name, size = 18 }: ObjectIconProps) {
  const Icon = ICONS[name ?? ""];
  if (Icon) return <Icon size={size} strokeWidth={1.75} aria-hidden />;
  return (
    <Suspense fallback={<CircleDot size={size} strokeWidth={1.75} opacity={0} aria-hidden />}>
      <MoreIcon name={name} size={size} />
    </Suspense>
  );
}
