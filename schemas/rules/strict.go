package rules

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// The decoder takes 4.9 for 4, 2026 for a text and nothing for 0. None of them is what somebody meant,
// and levels.schema.json refuses them too.
func mistaken(n *yaml.Node) []error {
	var wrong []error
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			if complaint := unfit(key, value); complaint != "" {
				wrong = append(wrong, fmt.Errorf("line %d: %s: %s", value.Line, key, complaint))
			}
		}
	}
	for _, inner := range n.Content { // an alias is judged where it was defined
		if n.Kind == yaml.SequenceNode && inner.Kind == yaml.ScalarNode && inner.ShortTag() != "!!str" {
			wrong = append(wrong, fmt.Errorf("line %d: an entry that is no text", inner.Line))
		}
		wrong = append(wrong, mistaken(inner)...)
	}
	return wrong
}

// unfit says what is wrong with a value that the decoder would take for that key, "" for nothing.
func unfit(key string, value *yaml.Node) string {
	tag := value.ShortTag()
	switch key {
	case "keepMonths", "orders", "days", "day", "quota":
		if tag == "!!float" {
			return "not a whole number"
		}
	case "version", "timeZone", "name", "sku", "level", "id", "every", "at":
		if tag == "!!int" || tag == "!!float" || tag == "!!bool" {
			return "not a text: put it in quotes"
		}
	}
	if tag == "!!null" {
		return "no value: leave the key out"
	}
	return ""
}
