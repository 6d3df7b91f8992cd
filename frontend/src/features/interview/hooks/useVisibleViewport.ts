import { useEffect } from "react";

/**
 * Tells style sheets what the on-screen keyboard leaves of the window, in browsers whose keyboard covers the page instead
 * of making it smaller: `--visible-height` and `--keyboard-inset`, the height that is covered.
 */
export function useVisibleViewport(): void {
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const { style } = document.documentElement;
    const update = () => {
      // Whoever zooms in by pinching sees a part of the page, which no keyboard covers.
      if (viewport.scale > 1.01) return;
      const inset = Math.max(0, window.innerHeight - viewport.height - viewport.offsetTop);
      style.setProperty("--visible-height", `${viewport.height}px`);
      style.setProperty("--keyboard-inset", `${inset}px`);
    };
    update();
    viewport.addEventListener("resize", update);
    viewport.addEventListener("scroll", update);
    return () => {
      viewport.removeEventListener("resize", update);
      viewport.removeEventListener("scroll", update);
      style.removeProperty("--visible-height");
      style.removeProperty("--keyboard-inset");
    };
  }, []);
}
