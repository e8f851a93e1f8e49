{{/* What selects the metrics of this release: Prometheus takes these labels from the Services. */}}
{{- define "mas.series" -}}
namespace="{{ .Release.Namespace }}",app_kubernetes_io_instance="{{ .Release.Name }}"
{{- end -}}

{{/* Whether a counter rose; takes (list "metric" `labels` "time"). One that is born at 1 has not risen for Prometheus: it counts, too. */}}
{{- define "mas.any" -}}
{{- $series := printf "%s{%s}" (index . 0) (index . 1) -}}
sum(increase({{ $series }}[{{ index . 2 }}])) > 0 or sum({{ $series }} unless max_over_time({{ $series }}[1d] offset {{ index . 2 }})) > 0
{{- end -}}

{{/* The rest of an alert; takes (list $ "Name" "for" "severity" "what it says"). */}}
{{- define "mas.alert" -}}
for: {{ index . 2 }}
labels:
  severity: {{ index . 3 }}
annotations:
  summary: {{ index . 4 | quote }}
  runbook_url: {{ printf "%s#%s" (index . 0).Values.monitoring.runbookUrl (index . 1 | lower) }}
{{- end -}}
