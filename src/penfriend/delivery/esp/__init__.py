"""Mail over the HTTP APIs of mail providers (ESPs), and what their webhooks report.

The adapters are those of django-anymail, used without a Django project. This package is the only home of
anymail, Django, boto3 and requests. They come with the extra `penfriend[esp]` and are imported when the first
transport or webhook of a provider is opened, never before: `providers` and `address` are plain Python.
"""
