import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

const look = cva(
  "inline-flex min-h-11 items-center justify-center border border-transparent gap-2 rounded-lg px-3 font-medium sm:px-4 transition-colors disabled:cursor-not-allowed disabled:opacity-60 [&_svg]:size-5 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-primary text-primary-foreground hover:opacity-90",
        secondary: "border-border bg-card hover:bg-accent hover:text-accent-foreground",
        ghost: "hover:bg-accent hover:text-accent-foreground",
        danger: "border-bad text-bad hover:bg-bad-soft",
      },
      size: { normal: "", icon: "w-11 px-0 sm:px-0" },
    },
    defaultVariants: { variant: "primary", size: "normal" },
  },
);

type Props = ComponentProps<"button"> & VariantProps<typeof look> & { asChild?: boolean };

export function Button({ className, variant, size, asChild = false, type = "button", ...props }: Props) {
  const classes = cn(look({ variant, size }), className);
  return asChild ? <Slot.Root className={classes} {...props} /> : <button type={type} className={classes} {...props} />;
}
