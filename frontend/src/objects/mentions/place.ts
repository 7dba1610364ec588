import { createContext, useContext } from "react";

/** The record a text is about: who may see it may be mentioned. Null while it does not exist yet. */
export type MentionPlace = { object: string; id: string } | null;

const Place = createContext<MentionPlace>(null);

export const MentionPlaceProvider = Place.Provider;

export function useMentionPlace(): MentionPlace {
  return useContext(Place);
}
