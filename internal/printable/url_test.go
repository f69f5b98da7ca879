package printable

import "testing"

func TestURLsGiveNoSecretsAway(t *testing.T) {
	for text, want := range map[string]struct{ hidden, address string }{
		"http://h:8080":                          {"http://h:8080", "http://h:8080"},
		"http://user:planted@h:1/a":              {"http://user:***@h:1/a", "http://h:1/a"},
		"http://:planted@h":                      {"http://:***@h", "http://h"},
		"http://planted@h":                       {"http://***@h", "http://h"},
		"http://u:pl@an:ted@h/x@y":               {"http://u:***@h/x@y", "http://h/x@y"},
		"https://h/p?token=planted&city=bj":      {"https://h/p?token=***&city=bj", "https://h/p"},
		"https://h/p?a=1&api_KEY=planted#t":      {"https://h/p?a=1&api_KEY=***#t", "https://h/p"},
		"https://h/p?clientSecret=planted&b=%20": {"https://h/p?clientSecret=***&b=%20", "https://h/p"},
		"https://h/p#access_token=planted":       {"https://h/p#access_token=***", "https://h/p"},
		"http://me@corp.com:planted@h:1/a":       {"http://me@corp.com:***@h:1/a", "http://h:1/a"},
		"https://h/p?city=bj;token=planted":      {"https://h/p?city=bj;token=***", "https://h/p"},
		"https://h/p?%74oken=planted":            {"https://h/p?%74oken=***", "https://h/p"},
		"https://h/p?a%zz=planted":               {"https://h/p?a%zz=***", "https://h/p"},
		"https://h/p?sig=planted&code=planted":   {"https://h/p?sig=***&code=***", "https://h/p"},
		"https://h/p?postcode=200000&design=a":   {"https://h/p?postcode=200000&design=a", "https://h/p"},
		"h:1?password=planted":                   {"h:1?password=***", "h:1?password=***"},
		"http://u:planted@h:bad/":                {"http://u:***@h:bad/", "http://u:***@h:bad/"},
		"sluice@example":                         {"sluice@example", "sluice@example"},
		"keys: a=b, c@d":                         {"keys: a=b, c@d", "keys: a=b, c@d"},
	} {
		if got := HideSecrets(text); got != want.hidden {
			t.Errorf("%s is shown as %s, want %s", text, got, want.hidden)
		}
		if got := Address(text); got != want.address {
			t.Errorf("%s is kept as %s, want %s", text, got, want.address)
		}
	}
	const two, want = "[a=http://u:planted@h b=http://i?token=planted c=http://j]", "[a=http://u:***@h b=http://i?token=*** c=http://j]"
	if got := HideSecrets(two); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
