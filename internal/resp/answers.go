package resp

import (
	"context"
	"strings"
)

// Text is the answer where it is a text.
func Text(ctx context.Context, address string, words ...string) (string, error) {
	answer, err := Ask(ctx, address, words...)
	if err != nil {
		return "", err
	}
	said, ok := answer.(string)
	if !ok {
		return "", errStrange
	}
	return said, nil
}

// Texts is the answer where it is a list of texts.
func Texts(ctx context.Context, address string, words ...string) ([]string, error) {
	answer, err := Ask(ctx, address, words...)
	if err != nil {
		return nil, err
	}
	parts, ok := answer.([]any)
	if !ok {
		return nil, errStrange
	}
	said := make([]string, len(parts))
	for i, part := range parts {
		if said[i], ok = part.(string); !ok {
			return nil, errStrange
		}
	}
	return said, nil
}

// Number is the answer where it is a number.
func Number(ctx context.Context, address string, words ...string) (int64, error) {
	answer, err := Ask(ctx, address, words...)
	if err != nil {
		return 0, err
	}
	said, ok := answer.(int64)
	if !ok {
		return 0, errStrange
	}
	return said, nil
}

// Info is what a server says of itself, by field.
func Info(ctx context.Context, address, section string) (map[string]string, error) {
	said, err := Text(ctx, address, "INFO", section)
	if err != nil {
		return nil, err
	}
	return fields(said), nil
}

// ClusterInfo is what a node says of its cluster, by field.
func ClusterInfo(ctx context.Context, address string) (map[string]string, error) {
	said, err := Text(ctx, address, "CLUSTER", "INFO")
	if err != nil {
		return nil, err
	}
	return fields(said), nil
}

func fields(text string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), ":"); found {
			all[name] = value
		}
	}
	return all
}
