/** The pages about a site, in the order of the navigation. A new page is one line here and its own file. */
import { html, type TemplateResult } from "lit";
import type { IconName } from "../components/icon.ts";
import type { AdminKey } from "../localize/admin.ts";
import type { SiteAdmin } from "./admin.ts";
import "./pages/audit-page.ts";
import "./pages/buildings-page.ts";
import "./pages/devices-page.ts";
import "./pages/doors-page.ts";
import "./pages/health-page.ts";
import "./pages/members-page.ts";
import "./pages/overview-page.ts";
import "./pages/rules-page.ts";
import "./pages/settings-page.ts";
import "./pages/units-page.ts";

interface Section {
  /** In the address; "" is where one begins. */
  id: string;
  icon: IconName;
  title: AdminKey;
  /** Only of sites that are here. */
  here?: true;
  page: (admin: SiteAdmin) => TemplateResult;
}

export const SECTIONS: readonly Section[] = [
  {
    id: "",
    icon: "overview",
    title: "nav.overview",
    page: (admin) => html`<neolia-overview-page .admin=${admin}></neolia-overview-page>`,
  },
  {
    id: "buildings",
    icon: "building",
    title: "nav.buildings",
    page: (admin) => html`<neolia-buildings-page .admin=${admin}></neolia-buildings-page>`,
  },
  {
    id: "units",
    icon: "unit",
    title: "nav.units",
    page: (admin) => html`<neolia-units-page .admin=${admin}></neolia-units-page>`,
  },
  {
    id: "members",
    icon: "people",
    title: "nav.members",
    here: true,
    page: (admin) => html`<neolia-members-page .admin=${admin}></neolia-members-page>`,
  },
  {
    id: "doors",
    icon: "door",
    title: "nav.doors",
    page: (admin) => html`<neolia-doors-page .admin=${admin}></neolia-doors-page>`,
  },
  {
    id: "rules",
    icon: "rules",
    title: "nav.rules",
    page: (admin) => html`<neolia-rules-page .admin=${admin}></neolia-rules-page>`,
  },
  {
    id: "devices",
    icon: "device",
    title: "nav.devices",
    page: (admin) => html`<neolia-devices-page .admin=${admin}></neolia-devices-page>`,
  },
  {
    id: "health",
    icon: "health",
    title: "nav.health",
    page: (admin) => html`<neolia-health-page .admin=${admin}></neolia-health-page>`,
  },
  {
    id: "audit",
    icon: "audit",
    title: "nav.audit",
    page: (admin) => html`<neolia-audit-page .admin=${admin}></neolia-audit-page>`,
  },
  {
    id: "settings",
    icon: "gear",
    title: "nav.settings",
    page: (admin) => html`<neolia-settings-page .admin=${admin}></neolia-settings-page>`,
  },
];
