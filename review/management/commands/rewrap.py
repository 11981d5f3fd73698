"""`manage.py rewrap`: wrap every key by the first master key, so that the others can be destroyed."""

from django.core.management.base import BaseCommand, CommandError

from review.rewrap import rewrap


class Command(BaseCommand):
    help = "Wrap every key and secret by the first key in MASTER_KEY, so that the others can be destroyed."

    def handle(self, **options: object) -> None:
        unopened = 0
        for count in rewrap():
            self.stdout.write(f"{count.where}: {count.rewrapped} wrapped anew")
            unopened += count.unopened
        if unopened:
            raise CommandError(f"No key in MASTER_KEY opens {unopened} of them: keep the older keys.", returncode=1)
        self.stdout.write("Nothing needs another master key than the first any more.")
