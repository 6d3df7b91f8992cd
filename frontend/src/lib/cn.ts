import { clsx, type ClassValue } from "clsx";
import { twMerge } from "tailwind-merge";

/** Joins class names. Of Tailwind classes that conflict, the last one wins. */
export const cn = (...values: ClassValue[]): string => twMerge(clsx(values));
