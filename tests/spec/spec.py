# SPDX-License-Identifier: GPL-2.0-only
"""Reads a netlink specification (genetlink-c) as C sees it."""

import yaml


def c_name(prefix, name):
    return (prefix + name).replace("-", "_").upper()


class Attribute:
    def __init__(self, prefix, value, raw):
        self.name = raw["name"]
        self.c_name = c_name(prefix, self.name)
        self.value = raw.get("value", value)
        self.type = raw["type"]
        self.nested = raw.get("nested-attributes")
        self.multi = raw.get("multi-attr", False)
        self.doc = raw.get("doc", "")
        checks = raw.get("checks", {})
        self.range = (checks["min"], checks["max"]) if "min" in checks else None


class Enum:
    def __init__(self, family, raw):
        prefix = raw["name-prefix"]
        # The header names the enum after the family and the definition.
        self.c_name = f"{family}-{raw['name']}".replace("-", "_")
        value = raw.get("value-start", 0)
        self.entries = []
        for entry in raw["entries"]:
            value = entry.get("value", value)
            self.entries.append((c_name(prefix, entry["name"]), value))
            value += 1


class Operation:
    def __init__(self, prefix, value, raw):
        self.name = raw["name"]
        self.c_name = c_name(prefix, self.name)
        self.value = raw.get("value", value)
        self.set = raw.get("attribute-set")
        self.admin = "admin-perm" in raw.get("flags", [])
        self.do = "do" in raw
        self.dump = "dump" in raw
        # One policy serves both ways in the kernel.
        self.request = []
        for way in ("do", "dump"):
            request = raw.get(way, {}).get("request", {})
            self.request += request.get("attributes", [])


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.raw = yaml.safe_load(file)

    def defines(self):
        raw = self.raw
        defines = {c_name("", raw["c-family-name"]): raw["name"],
                   # The schema has no place for the number; 1 is its default.
                   c_name("", raw["c-version-name"]): 1}
        for group in raw["mcast-groups"]["list"]:
            defines[c_name("", group["c-define-name"])] = group["name"]
        for definition in raw["definitions"]:
            if definition["type"] == "const":
                defines[c_name(raw["name"] + "-", definition["name"])] = definition["value"]
        return defines

    def enums(self):
        return [Enum(self.raw["name"], definition) for definition in self.raw["definitions"]
                if definition["type"] == "enum"]

    def sets(self):
        sets = {}
        for raw in self.raw["attribute-sets"]:
            attributes, value = [], 1
            for entry in raw["attributes"]:
                attributes.append(Attribute(raw["name-prefix"], value, entry))
                value = attributes[-1].value + 1
            sets[raw["name"]] = attributes
        return sets

    def operations(self):
        operations, value = [], 1
        for raw in self.raw["operations"]["list"]:
            operations.append(Operation(self.raw["operations"]["name-prefix"], value, raw))
            value = operations[-1].value + 1
        return operations

    def groups(self):
        return [group["name"] for group in self.raw["mcast-groups"]["list"]]
