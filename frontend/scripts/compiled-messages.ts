// A Babel plugin that compiles the English texts behind Lingui's macro when the app is built. The parser of their format
// stays out of the browser that way.
import type { PluginObj, types as t } from "@babel/core";
import { compileMessage } from "@lingui/message-utils/compileMessage";

const property = ({ properties }: t.ObjectExpression, name: string) =>
  properties.find(
    (one): one is t.ObjectProperty => one.type === "ObjectProperty" && "name" in one.key && one.key.name === name,
  );

export default function compiledMessages({ types }: { types: typeof t }): PluginObj {
  return {
    visitor: {
      ObjectExpression({ node }) {
        const message = property(node, "id") && property(node, "message");
        if (message?.value.type === "StringLiteral") {
          message.value = types.valueToNode(compileMessage(message.value.value));
        }
      },
    },
  };
}
