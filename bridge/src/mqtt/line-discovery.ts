/** A line's entities in Home Assistant beside those of its calls: state, queue, turnover, orders, pause, sold out. */
import { lineCommandTopic, lineTopic, orderTopic } from "./topics.ts";

interface Entity {
  platform: string;
  [key: string]: unknown;
}

/** QoS 1 may deliver an event again when the broker's confirmation was lost: an empty object is ignored by Home Assistant. */
const ONCE = "{% if value_json.id == this.attributes.get('id') %}{}{% else %}{{ value }}{% endif %}";

const ORDER_EVENTS = ["new", "accepted", "ready", "gone", "cancelled", "reopened", "unaccepted"];

export function lineComponents(domain: string, line: { id: string; name: string }): Record<string, Entity> {
  const entity = (platform: string, key: string, name: string, more: Record<string, unknown>): Entity => ({
    platform,
    unique_id: `neolia_${line.id}_${key}`,
    default_entity_id: `${platform}.${line.name.replaceAll(/[^a-z0-9]+/g, "_")}_${key}`,
    name,
    ...more,
  });
  const topic = (what: Parameters<typeof lineTopic>[2]): string => lineTopic(domain, line.name, what);
  const counter = (key: string, name: string, icon: string, from: "queue" | "today", template: string) =>
    entity("sensor", key, name, {
      icon,
      state_topic: topic(from),
      value_template: `{{ value_json.${template} }}`,
      state_class: "measurement",
    });
  return {
    line_state: entity("sensor", "line_state", "Orders by phone", {
      icon: "mdi:phone-classic",
      device_class: "enum",
      options: ["open", "closed", "paused"],
      state_topic: topic("state"),
    }),
    // Why stands in the attribute `problem`: key-refused, no-credit, unreachable … (AssistantProblem).
    assistant: entity("binary_sensor", "assistant", "Phone assistant", {
      device_class: "problem",
      state_topic: topic("assistant"),
      value_template: "{{ 'off' if value_json.problem is none else 'on' }}",
      payload_on: "on",
      payload_off: "off",
      json_attributes_topic: topic("assistant"),
    }),
    // Which problem stands in the attribute `state`: away, paper-out, cover-open, fault, not-a-printer (PrinterState).
    printer: entity("binary_sensor", "printer", "Kitchen printer", {
      device_class: "problem",
      state_topic: topic("printer"),
      value_template: "{{ 'off' if value_json.state in ['none', 'ready', 'unsure'] else 'on' }}",
      payload_on: "on",
      payload_off: "off",
      json_attributes_topic: topic("printer"),
    }),
    queue: {
      ...counter("queue", "Orders waiting", "mdi:silverware-clean", "queue", "waiting"),
      json_attributes_topic: topic("queue"),
    },
    drafts: counter("drafts", "Drafts", "mdi:phone-alert", "queue", "drafts"),
    orders_today: counter("orders_today", "Orders today", "mdi:counter", "today", "orders"),
    turnover_today: entity("sensor", "turnover_today", "Turnover today", {
      device_class: "monetary",
      unit_of_measurement: "EUR",
      state_class: "total",
      state_topic: topic("today"),
      value_template: "{{ value_json.turnover }}",
      // At midnight it begins again, which is no loss of what was earned: the sum over many days goes on.
      last_reset_value_template: "{{ value_json.since }}",
      suggested_display_precision: 2,
    }),
    unaccepted: entity("binary_sensor", "unaccepted", "Order not accepted", {
      device_class: "problem",
      state_topic: topic("alarm"),
      payload_on: "on",
      payload_off: "off",
    }),
    order: entity("event", "order", "Order", {
      icon: "mdi:receipt-text",
      event_types: ORDER_EVENTS,
      state_topic: orderTopic(domain, line.name),
      value_template: ONCE,
    }),
    pause: entity("switch", "pause", "No phone orders now", {
      icon: "mdi:phone-off",
      state_topic: topic("pause"),
      command_topic: lineCommandTopic(domain, line.name, "pause"),
      // With its time: what Home Assistant kept while the broker was away comes too late (commands.ts).
      command_template: '{"state":"{{ value }}","at":"{{ utcnow().isoformat() }}"}',
      payload_on: "on",
      payload_off: "off",
      state_on: "on",
      state_off: "off",
    }),
    sold_out: entity("sensor", "sold_out", "Sold out", {
      icon: "mdi:food-off",
      state_topic: topic("sold-out"),
      value_template: "{{ value_json.count }}",
      json_attributes_topic: topic("sold-out"),
    }),
  };
}
