package settings

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/v2"

	"sluice/internal/printable"
)

// Source says where settings come from.
type Source struct {
	File    string   // YAML; "" = none
	Environ []string // NAME=value, as os.Environ gives it; an empty value counts as not set
	Prefix  string   // of the variables that are ours: SLUICE_
	Foreign []string // beginnings of variables that share the prefix and are none of ours
}

// maxFileBytes bounds the configuration file.
const maxFileBytes = 1 << 20

// Load fills target, a pointer to a struct, and reports every complaint at once, as an *Unread. A setting that could not be
// read has its default.
func Load(target any, src Source) error {
	l := loader{src: src, keys: Keys(target, src.Prefix), fromFile: koanf.New("."), fromEnv: koanf.New(".")}
	l.defaults()
	l.readFile()
	l.readEnv()
	for i := range l.keys {
		l.apply(&l.keys[i])
	}
	if len(l.complaints) == 0 {
		return nil
	}
	if l.fileLost {
		l.doubtFile()
	}
	return &Unread{complaints: l.complaints, paths: l.doubted}
}

type loader struct {
	src        Source
	keys       []Key
	fromFile   *koanf.Koanf
	fromEnv    *koanf.Koanf
	complaints []error
	doubted    []string // paths that a complaint is about
	fileLost   bool     // nothing could be read of the file
}

func (l *loader) complain(format string, args ...any) {
	l.complaints = append(l.complaints, fmt.Errorf(format, args...))
}

func (l *loader) defaults() {
	for i := range l.keys {
		if k := &l.keys[i]; k.value.IsValid() {
			k.reset()
		}
	}
}

func (l *loader) readFile() {
	if l.src.File == "" {
		return
	}
	content, err := readBounded(l.src.File)
	if err != nil {
		l.complain("reading the configuration: %w", err)
		l.fileLost = true
		return
	}
	tree, err := readTree(content)
	if err == nil {
		err = l.fromFile.Load(confmap.Provider(tree, ""), nil)
	}
	if err != nil {
		l.complain("reading %s: %w", l.src.File, err)
		l.fileLost = true
		return
	}
	for _, path := range l.fromFile.Keys() {
		l.checkPath(path)
	}
}

// readBounded reads a whole file that is not too large; every error names it.
func readBounded(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, maxFileBytes)
	}
	return os.ReadFile(name)
}

// checkPath refuses what the file says and nobody knows.
func (l *loader) checkPath(path string) {
	i := slices.IndexFunc(l.keys, func(k Key) bool { return k.Path == path })
	switch {
	case i >= 0 && l.keys[i].secret && !l.saysNothing(path):
		l.complain("%s: a secret comes from %s or from the file that %s names, not from %s", path, l.keys[i].Env, l.keys[i].twin, l.src.File)
		l.doubt(func(k *Key) bool { return k.Path == path })
	case i >= 0 && strings.Contains(fmt.Sprint(l.fromFile.Get(path)), printable.Hidden):
		l.complain("%s: in %s, %s stands where something is hidden: write it out, or say it by %s", path, l.src.File, printable.Hidden, l.keys[i].Env)
		l.doubt(func(k *Key) bool { return k.Path == path })
	case i >= 0:
	case l.emptySection(path):
	default:
		suggested := l.suggest(path, func(k Key) string { return k.Path })
		l.complain("%s: no such key in %s%s", path, l.src.File, didYouMean(suggested))
		l.doubtUnknown(path, suggested)
	}
}

// saysNothing tells whether the file has a key with nothing behind it, as Print writes a secret that nobody gave.
func (l *loader) saysNothing(path string) bool {
	value := l.fromFile.Get(path)
	return value == nil || value == ""
}

// emptySection tells whether path is a section of which the file says nothing.
func (l *loader) emptySection(path string) bool {
	section, ok := l.fromFile.Get(path).(map[string]any)
	if l.fromFile.Get(path) != nil && (!ok || len(section) > 0) {
		return false
	}
	return slices.ContainsFunc(l.keys, func(k Key) bool { return strings.HasPrefix(k.Path, path+".") })
}

func (l *loader) readEnv() {
	paths := make(map[string]string, len(l.keys))
	for _, k := range l.keys {
		paths[k.Env] = k.Path
	}
	provider := env.Provider(".", env.Opt{
		Prefix:      l.src.Prefix,
		EnvironFunc: func() []string { return l.src.Environ },
		TransformFunc: func(name, value string) (string, any) {
			if value == "" || slices.ContainsFunc(l.src.Foreign, func(p string) bool { return strings.HasPrefix(name, p) }) {
				return "", nil
			}
			path, ok := paths[name]
			if !ok {
				suggested := l.suggest(name, func(k Key) string { return k.Env })
				l.complain("%s: no such variable%s", name, didYouMean(suggested))
				l.doubtUnknown(name, paths[suggested])
			}
			return path, value
		},
	})
	if err := l.fromEnv.Load(provider, nil); err != nil {
		l.complain("reading the environment: %w", err)
	}
}

// apply sets one key from the strongest source that has it.
func (l *loader) apply(k *Key) {
	switch {
	case !k.value.IsValid(): // the file of a secret, read with its secret
	case k.secret:
		l.applySecret(k)
	case l.fromEnv.Exists(k.Path):
		l.set(k, k.Env, l.fromEnv.Get(k.Path))
	case l.fromFile.Exists(k.Path):
		l.set(k, k.Path, l.fromFile.Get(k.Path))
	}
}

// set leaves the default where a value cannot be read; name is who gave it.
func (l *loader) set(k *Key, name string, raw any) {
	if err := k.set(raw); err != nil {
		l.complain("%s: %w", name, err)
		l.doubt(func(other *Key) bool { return other == k })
		k.reset()
	}
}

func (l *loader) applySecret(k *Key) {
	file := l.fromFile.String(k.twin)
	if l.fromEnv.Exists(k.twin) {
		file = l.fromEnv.String(k.twin)
	}
	given := l.fromEnv.Exists(k.Path)
	var value string
	complained := len(l.complaints)
	defer func() {
		if len(l.complaints) > complained {
			l.doubt(func(other *Key) bool { return other == k })
		}
	}()
	switch {
	case given && file != "":
		l.complain("%s and %s are both set: choose one", k.Env, k.twin)
	case given:
		value = l.fromEnv.String(k.Path)
	case file != "":
		content, err := os.ReadFile(file)
		if err != nil {
			l.complain("%s: %w", k.twin, err)
			return
		}
		value, _, _ = strings.Cut(strings.TrimSpace(string(content)), "\n")
		if value = strings.TrimSpace(value); value == "" {
			l.complain("%s: %s is empty", k.twin, file)
		}
	}
	k.value.SetString(value)
}
