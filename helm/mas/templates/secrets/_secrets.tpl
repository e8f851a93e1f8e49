{{/* Secrets of the release: existing ones, or made once by the Job in this directory. */}}

{{/* The key that signs requests to nodes. */}}
{{- define "mas.internalSecret" -}}
{{- .Values.secrets.existingInternal | default (printf "%s-internal" (include "mas.name" .)) -}}
{{- end -}}

{{/* What gateways know of systemTokens: their SHA-256. */}}
{{- define "mas.systemTokensSecret" -}}
{{- .Values.secrets.existingSystemTokens | default (printf "%s-system-tokens" (include "mas.name" .)) -}}
{{- end -}}

{{/* Whether the systemTokens are made here. */}}
{{- define "mas.makesTokens" -}}
{{- if not .Values.secrets.existingSystemTokens }}true{{ end -}}
{{- end -}}

{{/* The secret of a backend, scopes tokens and files; empty if the chart knows none. */}}
{{- define "mas.backendTokenSecret" -}}
{{- if include "mas.makesTokens" . -}}
{{- printf "%s-backend-token" (include "mas.name" .) -}}
{{- else -}}
{{- .Values.secrets.existingBackendToken -}}
{{- end -}}
{{- end -}}

{{/* The secret of operators, scope admin; empty if the chart knows none. */}}
{{- define "mas.adminTokenSecret" -}}
{{- if include "mas.makesTokens" . -}}
{{- printf "%s-admin-token" (include "mas.name" .) -}}
{{- else -}}
{{- .Values.secrets.existingAdminToken -}}
{{- end -}}
{{- end -}}

{{/*
What `mas secrets` is to make, as JSON. random: the keys of each Secret, each a value of its own. tokens: a Secret with the file
that the gateways read, and the Secrets of those who hold a systemToken, with its scopes.
*/}}
{{- define "mas.secretsPlan" -}}
{{- $random := dict -}}
{{- if not .Values.secrets.existingInternal -}}
{{- $random = set $random (include "mas.internalSecret" .) (list "mas.internal.keys") -}}
{{- end -}}
{{- $keys := dict "mongodb" (list "password" "root-password" "keyfile") "redis" (list "password") "rabbitmq" (list "password" "erlang-cookie") -}}
{{- range $server, $names := $keys -}}
{{- if eq (index $.Values $server).mode "bundled" -}}
{{- $random = set $random (include "mas.serverSecret" (list $ $server)) $names -}}
{{- end -}}
{{- end -}}
{{- $plan := dict "instance" .Release.Name "random" $random -}}
{{- if include "mas.makesTokens" . -}}
{{- $holders := dict (include "mas.backendTokenSecret" .) (list "tokens" "files") (include "mas.adminTokenSecret" .) (list "admin") -}}
{{- $plan = set $plan "tokens" (dict "file" (include "mas.systemTokensSecret" .) "holders" $holders) -}}
{{- end -}}
{{- toJson $plan -}}
{{- end -}}

{{/* Account, Role and its binding of a hook that speaks to the API of Kubernetes; takes (list $ "component" "when" rules). */}}
{{- define "mas.hookAccount" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "mas.name" $root) (index . 1) -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "mas.hookMetadata" (list $root (index . 1) (index . 2) -20) | nindent 2 }}
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "mas.hookMetadata" (list $root (index . 1) (index . 2) -20) | nindent 2 }}
rules:
  {{- toYaml (index . 3) | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "mas.hookMetadata" (list $root (index . 1) (index . 2) -20) | nindent 2 }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $name }}}
subjects:
  - {kind: ServiceAccount, name: {{ $name }}, namespace: {{ $root.Release.Namespace | quote }}}
{{- end -}}

{{/* Metadata of a hook's object; takes (list $ "component" "when" weight). */}}
{{- define "mas.hookMetadata" -}}
name: {{ include "mas.name" (index . 0) }}-{{ index . 1 }}
labels:
  {{- include "mas.labels" (list (index . 0) (index . 1)) | nindent 2 }}
annotations:
  helm.sh/hook: {{ index . 2 }}
  helm.sh/hook-weight: {{ index . 3 | quote }}
  helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
